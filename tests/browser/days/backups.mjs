// The Sở's administrator looks after the backups: what is protected and what to do next; and the recovery
// sheet, which must come out of the printer as one page.
import { must } from '../lib/tell.mjs';

export async function backups(browser, size, who) {
  const me = await browser.person(size);
  const { page } = me;
  await me.signIn(who.admin);
  await me.step('what is protected', async () => {
    await me.go('/backup');
    await me.saying('thử nghiệm');
    must((await page.locator('.notice.good h2').count()) === 0, 'a demo calls itself protected');
    must((await page.locator('#keys tbody tr').count()) === 2, 'the two demo keys are not shown');
    await me.look('backup');
  });
  await me.step('the sheet is one A4', async () => {
    await me.go('/backup/sheet');
    await me.look('backup-sheet');
    const pages = () => me.sheets('backup-sheet');
    must((await pages()) === 1, `the sheet takes ${await pages()} pages`);
    // A live one is longer: more targets with long paths, more keys, media.
    await page.evaluate(() => {
      for (const [place, count] of [['#where ul', 3], ['#keys ul', 1]]) {
        const list = document.querySelector(place);
        for (let n = 0; n < count; n += 1) list.append(list.lastElementChild.cloneNode(true));
      }
    });
    must((await pages()) === 1, `a full sheet takes ${await pages()} pages`);
  });
  await me.leave();
}
