// A list: sorted, narrowed, with other columns, page by page; and the filters beside the search.
import { must } from '../lib/tell.mjs';
import { SOUGHT } from './people.mjs';

/** dd/mm/yyyy as a number that orders. */
const day = (text) => Number(text.trim().split('/').reverse().join(''));

export async function lists(browser, size, who) {
  const me = await browser.person(size);
  const { page } = me;
  const names = () => page.locator('table.list tbody th').allTextContents();
  const cells = (label) => page.locator(`table.list tbody td[data-label="${label}"]`).allTextContents();
  const filters = async () => {
    if (!(await page.locator('details.filters').evaluate((box) => box.open))) await page.locator('details.filters > summary').click();
  };
  await me.signIn(who.clerk);

  let first;
  await me.step('the list of pupils, and its second page', async () => {
    await me.go('/records/pupil');
    first = await names();
    must(first.length === 50, `${first.length} rows on the first page`);
    await me.look('pupil-list');
    await me.follow('a[rel=next]');
    const second = await names();
    must(second.length > 0 && second[0] !== first[0], 'the second page is the first');
    await me.look('pupil-list-second');
    await me.follow('a[rel=prev]');
    must((await names()).join() === first.join(), 'the way back leads elsewhere');
  });
  await me.step('sort by a column, up and down', async () => {
    await filters();
    await page.selectOption('#f-sort', 'birth_date');
    await me.follow('details.filters form .actions button.primary');
    const up = (await cells('Ngày sinh')).map(day);
    must(up.length === 50 && up.every((d, at) => at === 0 || up[at - 1] <= d), `not in order: ${up.slice(0, 5)}`);
    await me.look('pupil-list-sorted');
    if (size.width > 640) {
      await me.follow('table.list thead th a[href*="sort=birth_date"]');
      const down = (await cells('Ngày sinh')).map(day);
      must(down.every((d, at) => at === 0 || down[at - 1] >= d), `not in order: ${down.slice(0, 5)}`);
      must((await page.getAttribute('th[aria-sort]', 'aria-sort')) === 'descending', 'the heading does not say so');
    }
    await me.follow('a[rel=next]');
    must(page.url().includes('sort=birth_date'), 'the next page forgets the order');
  });
  await me.step('narrow by a name', async () => {
    await me.go('/records/pupil');
    await filters();
    await page.fill('[id="f-f.full_name"]', 'nguyen');
    await me.follow('details.filters form .actions button.primary');
    const found = await names();
    must(found.length > 0 && found.every((n) => /nguyễn/i.test(n)), `found ${found.slice(0, 3)}`);
    must((await page.inputValue('[id="f-f.full_name"]')) === 'nguyen', 'the filter does not say what it narrows by');
    await me.look('pupil-list-narrowed');
  });
  await me.step('other columns', async () => {
    await me.go('/records/pupil');
    await filters();
    await page.locator('details.columns > summary').click();
    await page.check('input[name=col][value=home_place]');
    await page.uncheck('input[name=col][value=personal_number]');
    await browser.picture(page, 'pupil-list-choosing');
    await me.follow('details.filters form .actions button.primary');
    const heads = await page.locator('table.list thead th').allTextContents();
    must(heads.some((h) => h.includes('Quê quán')) && !heads.some((h) => h.includes('Số định danh')), `columns are ${heads}`);
    await me.look('pupil-list-columns');
  });
  await me.step('nothing fits', async () => {
    await me.go('/records/pupil?f.full_name=zzzz');
    must((await page.locator('main').textContent()).includes('Chưa có hồ sơ'), 'nothing is said');
    await me.look('pupil-list-empty');
  });
  await me.step('filters beside the search narrow and are lifted', async () => {
    await me.go(`/search?q=${encodeURIComponent(SOUGHT)}`);
    const count = async () => Number((await page.locator('.summary [role=status] strong').textContent()).replace(/\D/g, ''));
    const all = await count();
    const box = page.locator('details.facets');
    if (!(await box.evaluate((b) => b.open))) await box.locator('> summary').click();
    await me.follow('.facets section li a:not([aria-current])');
    const fewer = await count();
    must(fewer > 0 && fewer <= all, `${fewer} of ${all}`);
    await me.look('search-narrowed');
    await me.follow('.chips li a');
    must((await count()) === all, 'the filter is not lifted');
  });
  await me.step('a search that finds nothing, and one for nothing', async () => {
    await me.go('/search?q=qqqq%20wwww');
    await me.look('search-nothing');
    await me.go('/search');
    await me.look('search-empty');
  });
  await me.leave();
}
