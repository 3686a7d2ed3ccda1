// The tree of units on two days: before and after the offices of districts ended.
import { must } from '../lib/tell.mjs';

export async function units(browser, size, who) {
  const me = await browser.person(size);
  const { page } = me;
  const on = async (day) => {
    await me.go('/units');
    await page.fill('#f-at', day);
    await me.press('#f-at', 'Enter');
    must((await page.inputValue('#f-at')) === day, `the page shows ${await page.inputValue('#f-at')}`);
    return page.locator('#tree').textContent();
  };
  await me.signIn(who.officer);
  await me.go('/');
  await me.look('home-office');
  await me.go('/units');
  await me.look('units');
  await me.step('30/06/2025: district offices, no communes', async () => {
    const tree = await on('30/06/2025');
    must(tree.includes('Phòng Giáo dục và Đào tạo') && !tree.includes('UBND'), tree.slice(0, 200));
    must(tree.includes('Hải Dương'), 'the Sở had its old name');
    await me.look('units-before');
  });
  await me.step('01/07/2025: communes, no district offices', async () => {
    const tree = await on('01/07/2025');
    must(tree.includes('UBND') && !tree.includes('Phòng Giáo dục và Đào tạo'), tree.slice(0, 200));
    await me.look('units-after');
  });
  await me.step('a unit on that day, and today', async () => {
    await me.follow('#tree li a');
    must(/\/units\/\d+\?at=/.test(page.url()), page.url());
    await me.look('unit-then');
    await me.follow('main .notice a');
    must(!page.url().includes('at='), page.url());
    await me.look('unit-office');
  });
  await me.step('a day that is none is said', async () => {
    const reply = await page.goto('/units?at=31/02/2025');
    must(reply.status() === 400, `${reply.status()}`);
    await me.look('bad-day');
  });
  await me.step('somebody else\'s school is looked at, not changed', async () => {
    await me.go('/records/pupil');
    await me.look('choose-unit');
  });
  await me.leave();
}
