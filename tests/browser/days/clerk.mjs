// The clerk's day: find a pupil, look, correct, be wrong, look back, undo, meet a colleague's change.
import { fits, SOUGHT } from './people.mjs';
import { must } from '../lib/tell.mjs';

const said = (name) => `[id="f-${name}-said"]`;

export async function clerk(browser, size, who) {
  const me = await browser.person(size);
  const { page } = me;
  const mark = `Kiểm thử ${size.width}`;

  await me.step('a wrong password is refused, the name kept', async () => {
    await me.go('/login');
    await me.look('login');
    await page.fill('#f-login', who.clerk.login);
    await page.fill('[name=password]', 'khong phai mat khau nay');
    await me.follow('.login button.primary');
    must(await page.locator('.login .notice.bad').isVisible(), 'nothing says why');
    must((await page.inputValue('#f-login')) === who.clerk.login, 'the name is lost');
    await me.look('login-refused');
  });
  await me.step('a page asked for is reached after signing in', async () => {
    await me.go('/records/class');
    must(page.url().includes('/login'), `${page.url()} is shown to nobody`);
    await page.fill('#f-login', who.clerk.login);
    await page.fill('[name=password]', who.clerk.password);
    await me.follow('.login button.primary');
    must(page.url().endsWith('/records/class'), `led to ${page.url()}`);
  });
  await me.go('/');
  await me.look('home-school');

  await me.step('suggestions come while typing', async () => {
    await page.locator('#q').pressSequentially(SOUGHT);
    const first = page.locator('form.search .options:not([hidden]) li').first();
    await first.waitFor();
    must(fits(await first.evaluate((li) => li.firstChild.textContent)), `first is ${await first.textContent()}`);
    await browser.picture(page, 'suggestions');
  });
  await me.step(`search "${SOUGHT}"`, async () => {
    await me.press('#q', 'Enter');
    const first = page.locator('.found li .name').first();
    must(fits(await first.textContent()), `first is ${await first.textContent()}`);
    must((await page.locator('.found mark').count()) > 0, 'nothing is marked');
    await me.look('search');
  });
  let pupil;
  await me.step('open a pupil', async () => {
    await me.follow('.found li .name a');
    pupil = new URL(page.url()).pathname;
    must(/^\/records\/pupil\/\d+$/.test(pupil), `led to ${pupil}`);
    must((await page.locator('.facts .masked').count()) > 0, 'nothing is masked');
    await me.look('pupil');
  });
  await me.step('open what is sensitive', async () => {
    await me.follow(`form[action="${pupil}/open"] button`);
    await me.saying('nhật ký');
    must((await page.locator('.facts .masked').count()) === 0, 'something is still masked');
    await me.look('pupil-opened');
  });

  let before;
  await me.step('edit a field and save', async () => {
    await me.go(`${pupil}/edit`);
    await me.look('pupil-form');
    before = await page.inputValue('#f-home_place');
    await page.fill('#f-home_place', mark);
    await me.save();
    await me.saying('Đã lưu');
    must((await page.locator('#s-identity').textContent()).includes(mark), 'the page does not show it');
  });
  await me.step('it stands in the history, before and after', async () => {
    await me.follow(`#history a[href="${pupil}/history"]`);
    const row = page.locator('.history > li').first().locator('.changes tbody tr', { hasText: 'Quê quán' });
    must((await row.locator('.after').textContent()) === mark, 'after is not what was typed');
    const was = await row.locator('.before').textContent();
    must(was === (before || '(trống)'), `before is ${was}, was ${before}`);
    const myName = await page.locator('.user .name').textContent();
    must((await page.locator('.history > li .by').first().textContent()).includes(myName), 'nobody is named');
    await me.look('history');
  });
  await me.step('restore the earlier version', async () => {
    await page.locator('details summary', { hasText: 'Khôi phục' }).click();
    await me.look('history-restore');
    await me.follow(`form[action="${pupil}/restore"] button`);
    await me.saying('Đã khôi phục');
    await me.go(`${pupil}/edit`);
    must((await page.inputValue('#f-home_place')) === before, 'the earlier value did not come back');
  });
  await me.step('the record as of yesterday', async () => {
    await me.go(`${pupil}/history`);
    const footer = await page.locator('.foot').textContent();
    await page.fill('#f-at', footer.match(/\d\d\/\d\d\/\d{4}/)[0]);
    await me.follow('form.form .actions button.primary');
    must(page.url().includes('at='), page.url());
    await me.look('pupil-as-of');
  });

  await me.step('wrong input is said at the fields and kept', async () => {
    await me.go(`${pupil}/edit`);
    await page.fill('#f-birth_date', '31/02/2015');
    await page.fill('#f-email', 'khong co a cong');
    await page.fill('#f-full_name', '');
    await page.fill('#f-home_place', mark);
    await me.save();
    must((await page.evaluate(() => document.activeElement.id)) === 'problems', 'the summary has no focus');
    for (const name of ['birth_date', 'email', 'full_name']) {
      must((await page.locator(`${said(name)} .bad`).textContent()).length > 10, `nothing is said at ${name}`);
      must((await page.getAttribute(`#f-${name}`, 'aria-invalid')) === 'true', `${name} is not marked`);
    }
    must((await page.inputValue('#f-birth_date')) === '31/02/2015', 'the date typed is lost');
    must((await page.inputValue('#f-email')) === 'khong co a cong', 'the address typed is lost');
    must((await page.inputValue('#f-home_place')) === mark, 'what was right is lost');
    await me.look('pupil-form-wrong');
  });
  await me.step('the summary leads into the field', async () => {
    await page.locator('#problems a[href="#f-email"]').click();
    must((await page.evaluate(() => document.activeElement.id)) === 'f-email', 'focus is elsewhere');
  });

  await me.step('a stale form shows both sides and saves the choice', async () => {
    const other = await me.tab();
    await me.go(`${pupil}/edit`);
    await other.goto(`${pupil}/edit`);
    await page.fill('#f-birthplace', `${mark} một`);
    await me.save();
    await me.saying('Đã lưu');
    await other.fill('#f-birthplace', `${mark} hai`);
    await other.fill('#f-home_place', `${mark} quê`);
    await me.save(other);
    const sides = await other.locator('table.conflict tbody tr').allTextContents();
    must(sides.some((row) => row.includes(`${mark} một`) && row.includes(`${mark} hai`)), `both sides are not there: ${sides.join(' / ')}`);
    must(await other.isChecked('[name="_choose.home_place"][value=mine]'), 'what only I changed is not chosen');
    await me.look('conflict', other);
    await other.check('[name="_choose.birthplace"][value=theirs]');
    await me.save(other);
    await me.saying('Đã lưu', other);
    const now = await other.locator('#s-identity').textContent();
    must(now.includes(`${mark} một`) && now.includes(`${mark} quê`), `saved is ${now}`);
    await other.close();
  });

  await me.step('sign out, and the page before is closed', async () => {
    await me.go(pupil);
    await page.click('details.user summary');
    await browser.picture(page, 'user-menu');
    await me.follow('details.user form[action="/logout"] button');
    must(page.url().includes('/login'), page.url());
    await me.go(pupil);
    must(page.url().includes('/login'), 'the pupil is shown to nobody');
  });
  await me.leave();
}
