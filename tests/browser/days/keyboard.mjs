// Without a mouse: to the search and past the menu, through a list that drops down, saving with Enter.
import { must } from '../lib/tell.mjs';
import { SOUGHT } from './people.mjs';

export async function keyboard(browser, size, who) {
  const me = await browser.person(size);
  const { page } = me;
  const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.className);
  await me.signIn(who.clerk);
  await me.go('/');
  await me.step('the first Tab is the way past the menu', async () => {
    await page.keyboard.press('Tab');
    must((await focused()) === 'skip', `focus is at ${await focused()}`);
    must(await page.locator('.skip').evaluate((a) => a.getBoundingClientRect().top >= 0), 'it is not in sight');
    await page.keyboard.press('Enter');
    must((await focused()) === 'main', `focus is at ${await focused()}`);
  });
  await me.step('/ goes to the search, arrows choose, Enter opens', async () => {
    await page.keyboard.press('/');
    must((await focused()) === 'q', `focus is at ${await focused()}`);
    await page.keyboard.type(SOUGHT);
    await page.locator('form.search .options:not([hidden]) li').first().waitFor();
    await page.keyboard.press('ArrowDown');
    must((await page.getAttribute('#q', 'aria-activedescendant')) !== null, 'nothing is marked');
    await me.press('#q', 'Enter');
    must(/\/records\/pupil\/\d+$/.test(page.url()), `led to ${page.url()}`);
  });
  await me.step('Enter in a field saves', async () => {
    await me.go(`${new URL(page.url()).pathname}/edit`);
    await page.fill('#f-short_name', 'BP');
    await me.press('#f-short_name', 'Enter');
    await me.saying('Đã lưu');
  });
  await me.step('Escape closes what dropped down', async () => {
    await page.keyboard.press('/');
    await page.keyboard.type('nguyen');
    await page.locator('form.search .options:not([hidden]) li').first().waitFor();
    await page.keyboard.press('Escape');
    must(await page.locator('form.search .options').isHidden(), 'it is still open');
  });
  await me.step('every stop of Tab is in sight and has a ring', async () => {
    await page.locator('#main').focus();
    for (let stop = 0; stop < 25; stop += 1) {
      await page.keyboard.press('Tab');
      const lost = await page.evaluate(() => {
        const e = document.activeElement;
        if (e === document.body) return null;
        const box = e.getBoundingClientRect();
        const ring = getComputedStyle(e).outlineStyle !== 'none';
        return ring && box.width > 1 && box.height > 1 ? null : e.outerHTML.slice(0, 120);
      });
      must(lost === null, `not to be seen: ${lost}`);
    }
  });
  await me.leave();
}
