// One's own account: another password, a token for software, signing out.
import { must } from '../lib/tell.mjs';

const NEW = 'hoa sen no giua mua thu ha noi';

export async function ownAccount(browser, size, who) {
  const me = await browser.person(size);
  const { page } = me;
  const { login, password } = who.teachers[size.width];
  const change = async (old, fresh, again) => {
    await page.fill('#f-old_password', old);
    await page.fill('#f-new_password', fresh);
    await page.fill('#f-again', again);
    await me.follow('form[action="/account/password"] .actions button.primary');
  };
  await me.signIn({ login, password });
  await me.go('/');
  await me.look('home-teacher');
  await me.go('/account');
  await me.look('account');
  await me.step('a password that is too short, or typed twice differently, is refused', async () => {
    await change(password, NEW, `${NEW} khac`);
    must((await page.locator('[id="f-again-said"] .bad').count()) === 1, 'nothing is said at the second');
    await me.look('account-wrong');
    await change(password, 'ngan', 'ngan');
    must((await page.locator('[id="f-new_password-said"] .bad').count()) === 1, 'nothing is said at the new one');
  });
  await me.step('change the password', async () => {
    await change(password, NEW, NEW);
    await me.saying('Đã đổi mật khẩu');
  });
  await me.step('make a token and take it back', async () => {
    await page.fill('#f-label', `Phần mềm thử ${size.width}`);
    await me.follow('form[action="/account/tokens"] .actions button.primary');
    const token = await page.locator('.notice code').textContent();
    must(/^csdlgd_[0-9a-f]{64}$/.test(token), `the token is ${token}`);
    await me.look('account-token');
    const reply = await me.context.request.get('/api/v1/me', { headers: { authorization: `Bearer ${token}` } });
    must(reply.status() < 500 && reply.status() !== 401, `the token opens ${reply.status()}`);
    await me.follow(page.locator('#my-tokens tr', { hasText: `Phần mềm thử ${size.width}` }).locator('button'));
    await me.saying('Đã hủy');
  });
  await me.step('sign out; the old password no longer works, the new one does', async () => {
    await page.click('details.user summary');
    await me.follow('details.user form[action="/logout"] button');
    await page.fill('#f-login', login);
    await page.fill('[name=password]', password);
    await me.follow('.login button.primary');
    must(await page.locator('.login .notice.bad').isVisible(), 'the old password still works');
    await me.signIn({ login, password: NEW });
  });
  await me.leave();
}
