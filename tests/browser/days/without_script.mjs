// The main way with JavaScript switched off: each helper button draws the form again.
import { must } from '../lib/tell.mjs';
import { fits, SOUGHT } from './people.mjs';

export async function withoutScript(browser, size, who) {
  const me = await browser.person(size, { script: false });
  const { page } = me;
  const say = (what) => `without script: ${what}`;
  await me.step(say('sign in and search'), async () => {
    await me.signIn(who.clerk);
    await page.fill('#q', SOUGHT);
    await me.follow('form.search button');
    must(fits(await page.locator('.found li .name').first().textContent()), 'another is first');
    await me.look('no-script-search');
  });
  let pupil;
  await me.step(say('open a pupil and what is sensitive'), async () => {
    await me.follow('.found li .name a');
    pupil = new URL(page.url()).pathname;
    await me.follow(`form[action="${pupil}/open"] button`);
    await me.saying('nhật ký');
  });
  await me.step(say('edit, open a masked field, other places'), async () => {
    await me.go(`${pupil}/edit`);
    await page.fill('#f-short_name', 'KS');
    await me.follow('button[value="open:ethnicity"]');
    must(await page.locator('select#f-ethnicity').isVisible(), 'the field is still masked');
    await page.selectOption('#f-current_province', '31');
    await me.follow('#w-current_province button[value=refresh]');
    must((await page.locator('#f-current_commune option').count()) > 10, 'the communes did not come');
    must((await page.inputValue('#f-short_name')) === 'KS', 'what was typed is lost');
    await me.look('no-script-form');
    await me.save();
    await me.saying('Đã lưu');
  });
  await me.step(say('history and restoring'), async () => {
    await me.follow(`#history a[href="${pupil}/history"]`);
    must((await page.locator('.history > li').first().textContent()).includes('KS'), 'the change is not told');
    await page.locator('details summary', { hasText: 'Khôi phục' }).click();
    await me.follow(`form[action="${pupil}/restore"] button`);
    await me.saying('Đã khôi phục');
  });
  await me.step(say('a class: rows, and a reference by its button'), async () => {
    await me.go('/records/class/new');
    await page.fill('#f-name', 'Thử KS');
    await me.follow('button[value="add:assignments"]');
    must((await page.locator('#w-assignments tbody tr').count()) === 1, 'no row came');
    await page.fill('[name="assignments.0.teacher.text"]', 'nguyen');
    await me.follow('button[value="find:assignments.0.teacher"]');
    await me.follow('button[value="add:assignments"]');
    await me.follow('button[value="remove:assignments.1"]');
    await page.fill('[name="homeroom_teacher.text"]', 'n');
    await me.follow('button[value="find:homeroom_teacher"]');
    const found = page.locator('#w-homeroom_teacher input[type=radio]');
    must((await found.count()) > 1, 'nobody was found');
    await found.first().check();
    await page.selectOption('#f-grade', { index: 1 });
    for (const radio of ['is_combined', 'is_day_boarding']) {
      const no = page.locator(`input[name=${radio}][value=false]`);
      if (await no.count()) await no.check();
    }
    await me.look('no-script-class');
    await me.follow('button[value="remove:assignments.0"]');
    await me.save();
    await me.saying('Đã thêm');
    must((await page.locator('h1').textContent()).includes('Thử KS'), 'the class is not shown');
    must((await page.locator('#s-identity .facts').textContent()).includes('chủ nhiệm đầu năm'), 'the teacher picked is not kept');
  });
  await me.step(say('sign out'), async () => {
    await page.click('details.user summary');
    await me.follow('details.user form[action="/logout"] button');
    must(page.url().includes('/login'), page.url());
  });
  await me.leave();
}
