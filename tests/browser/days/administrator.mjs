// The Sở's administrator: a school gets another name, after seeing what that changes; somebody gets an
// account there, signs in with it, and has to choose a password of their own.
import { must } from '../lib/tell.mjs';

const OWN = 'con trau di truoc cai cay theo sau';

export async function administrator(browser, size, who) {
  const me = await browser.person(size);
  const { page } = me;
  const school = who.schools[size.width];
  const name = `Trường Mầm non Thử Nghiệm ${size.width}`;
  const login = `mn.thunghiem.vanthu${size.width}`;
  await me.signIn(who.admin);
  await me.go('/');
  await me.look('home-admin');

  let unit;
  await me.step('find a school', async () => {
    await me.go(`/search?q=${encodeURIComponent(school.unit_code)}&kind=unit`);
    await me.follow('.found li .name a');
    unit = new URL(page.url()).pathname;
    must(/^\/units\/\d+$/.test(unit), `led to ${unit}`);
    must((await page.locator('h1').textContent()).includes(school.unit_name), 'another school was found');
    await me.look('unit-school');
  });
  await me.step('a reform without a decision is refused', async () => {
    await me.follow(`#reforms a[href="${unit}/rename"]`);
    await me.look('reform');
    await page.fill('#f-name', name);
    await me.follow('form.form .actions button.primary');
    must((await page.locator('[id="f-day-said"] .bad').count()) === 1, 'nothing is said at the day');
    must((await page.inputValue('#f-name')) === name, 'the name typed is lost');
    await me.look('reform-wrong');
  });
  await me.step('what will change is shown before it is done', async () => {
    const today = (await page.locator('.foot').textContent()).match(/\d\d\/\d\d\/\d{4}/)[0];
    await page.fill('#f-day', today);
    await page.fill('#f-decision', '1234/QĐ-UBND');
    await me.follow('form.form .actions button.primary');
    const rows = await page.locator('#changes').textContent();
    must(rows.includes(school.unit_name) && rows.includes(name), `shown is ${rows}`);
    await me.look('reform-confirm');
  });
  await me.step('confirm the reform', async () => {
    await me.follow('button.primary[value=confirm]');
    await me.saying('Đã ghi thay đổi');
    must((await page.locator('h1').textContent()).includes(name), 'the new name is not there');
    must((await page.locator('#story').textContent()).includes('1234/QĐ-UBND'), 'the story does not tell it');
    await me.look('unit-reformed');
  });

  let first;
  await me.step('issue an account', async () => {
    await me.go('/accounts');
    await me.look('accounts');
    await me.go(`/accounts/new?unit=${unit.split('/').pop()}`);
    await me.look('account-new');
    await me.follow('form.form .actions button.primary');
    must((await page.locator('#problems li').count()) >= 1, 'an empty form is not refused');
    await me.look('account-new-wrong');
    await page.selectOption('#f-role', 'school_clerk');
    await page.fill('#f-name', 'Phạm Thị Thử');
    await page.fill('#f-login', login);
    await me.follow('form.form .actions button.primary');
    const [shown, password] = await page.locator('#slip code').allTextContents();
    must(shown === login && password?.length >= 15, `the slip shows ${shown}`);
    first = password;
    await me.look('slip');
  });
  await me.step('the account\'s page', async () => {
    await me.follow('main a.button[href^="/accounts/"]');
    must((await page.locator('main').textContent()).includes(login), 'another account');
    await me.look('account-given');
  });

  const fresh = await browser.person(size);
  await fresh.step('sign in with it: asked to choose a password', async () => {
    await fresh.signIn({ login, password: first });
    must(fresh.page.url().endsWith('/account'), `led to ${fresh.page.url()}`);
    await fresh.saying('đổi mật khẩu');
    await fresh.look('account-first');
  });
  await fresh.step('nothing else is open before that', async () => {
    const reply = await fresh.page.goto('/records/pupil');
    must(reply.status() === 403, `the list answers ${reply.status()}`);
    await fresh.look('must-change');
    await fresh.go('/account');
  });
  await fresh.step('choose it, and work', async () => {
    await fresh.page.fill('#f-old_password', first);
    await fresh.page.fill('#f-new_password', OWN);
    await fresh.page.fill('#f-again', OWN);
    await fresh.follow('form[action="/account/password"] .actions button.primary');
    await fresh.saying('Đã đổi mật khẩu');
    await fresh.go('/');
    must((await fresh.page.locator('.lead').textContent()).includes(name), 'the first page is not of the school');
  });
  await fresh.leave();
  await me.leave();
}
