// Narrowing a search, asking why, keeping it under a name and taking it back.
import { must } from '../lib/tell.mjs';

export async function finding(browser, size, who) {
  const me = await browser.person(size);
  const { page } = me;
  const count = () => page.locator('.summary strong').textContent();
  const name = `Nữ ${size.width}`;
  await me.signIn(who.clerk);
  await me.go('/search?q=nguyen');
  const all = await count();

  await me.step('a filter becomes a chip, the chip lifts it', async () => {
    await page.evaluate(() => { for (const d of document.querySelectorAll('details.facets')) d.open = true; });
    await me.follow(page.locator('.facets a[href*="sex=02"]').first());
    must((await count()) !== all, 'nothing was left out');
    must(page.url().includes('q=nguyen') && page.url().includes('sex=02'), `the address is ${page.url()}`);
    await me.look('search-filtered');
    await me.follow('.chips li a');
    must((await count()) === all, `${await count()} instead of ${all}`);
  });
  await me.step('why something was found is told where it stands', async () => {
    await me.follow('.found a.why');
    must(await page.locator('#why').isVisible(), 'nothing is told');
    must((await page.locator('#why mark').count()) > 0, 'nothing is marked');
    await me.look('search-why');
  });
  await me.step('a search is kept and found again in the empty box', async () => {
    await me.go('/search?q=nguyen&sex=02');
    const narrowed = await count();
    await page.click('.keep summary');
    await page.fill('#saved-name', name);
    await me.follow('.keep button');
    await me.saying('Đã lưu');
    await me.go('/search');
    await me.look('search-empty');
    if (me.script) {
      await page.focus('#q');
      const first = page.locator('form.search .options:not([hidden]) li').first();
      await first.waitFor();
      must((await first.textContent()).includes(name), `first is ${await first.textContent()}`);
      await page.keyboard.press('Escape');
    }
    await me.follow(page.locator('.saved a', { hasText: name }));
    must((await count()) === narrowed, `${await count()} instead of ${narrowed}`);
    await me.follow(page.locator('.saved li', { hasText: name }).locator('button'));
    must((await page.locator('.saved a', { hasText: name }).count()) === 0, 'it is still kept');
  });
  await me.step('where nothing is found, the nearest is offered', async () => {
    await me.go('/search?q=nguyen+zzzzqq');
    await me.look('search-nothing');
    await me.follow('#nearest a');
    must((await page.locator('.found li').count()) > 0, 'it finds nothing either');
  });
  await me.leave();
}
