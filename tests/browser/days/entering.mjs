// New records: a class with a table in it, a pupil, the pupil's year in that class; and one written by mistake.
import { must } from '../lib/tell.mjs';

/** Types into a field that names another record and takes the first offered. */
async function pick(page, name, typed) {
  const text = page.locator(`[name="${name}.text"]`);
  await text.click();
  await text.fill('');
  await text.pressSequentially(typed);
  await page.locator(`[data-name="${name}"] .options:not([hidden]) li`).first().waitFor();
  await text.press('ArrowDown');
  await text.press('Enter');
  must(/^\d+$/.test(await page.inputValue(`[data-name="${name}"] input[type=hidden]`)), `${name} is not chosen`);
  return text.inputValue();
}

export async function entering(browser, size, who) {
  const me = await browser.person(size);
  const { page } = me;
  const name = `Thử ${size.width}`;
  const pupilName = size.width > 400 ? 'Đặng Thử Nghiệm Ánh' : 'Đặng Thử Nghiệm Ếch';
  await me.signIn(who.clerk);

  await me.go('/records/class');
  await me.look('class-list');
  await me.step('the form of a class: rows are added and removed', async () => {
    await me.follow('.heading a.button.primary');
    await page.fill('#f-name', name);
    await page.selectOption('#f-grade', { index: 1 });
    for (const radio of ['is_combined', 'is_day_boarding']) {
      const no = page.locator(`input[name=${radio}][value=false]`);
      if (await no.count()) await no.check();
    }
    const add = page.locator('button[value="add:assignments"]');
    const rows = page.locator('#w-assignments tbody tr');
    await add.click();
    await page.locator('[name="assignments.0.subject"]').waitFor();
    await page.selectOption('[name="assignments.0.subject"]', { index: 1 });
    await add.click();
    await page.locator('[name="assignments.1.subject"]').waitFor();
    await page.selectOption('[name="assignments.1.subject"]', { index: 2 });
    const second = await page.inputValue('[name="assignments.1.subject"]');
    await pick(page, 'assignments.1.teacher', 'n');
    await page.fill('[name="homeroom_teacher.text"]', 'n');
    await page.click('button[value="find:homeroom_teacher"]');
    await page.locator('#w-homeroom_teacher input[type=radio]').first().check();
    must((await page.locator('button.no-script:visible').count()) === 0, 'a list could not be drawn again');
    await me.look('class-form');
    await page.click('button[value="remove:assignments.0"]');
    await page.waitForFunction(() => document.querySelectorAll('#w-assignments tbody tr').length === 1);
    must((await rows.count()) === 1, 'the row is still there');
    must((await page.inputValue('[name="assignments.0.subject"]')) === second, 'the other row did not move up');
    must((await page.inputValue('[name="assignments.0.teacher.text"]')) !== '', 'the teacher is lost');
    must((await page.inputValue('#f-name')) === name, 'the name typed is lost');
  });
  await me.step('add a class', async () => {
    await me.save();
    await me.saying('Đã thêm');
    must((await page.locator('h1').textContent()).includes(name), 'the class is not shown');
    must((await page.locator('#s-identity .facts').textContent()).includes('chủ nhiệm đầu năm'), 'the teacher picked is not kept');
    await me.look('class');
  });

  await me.step('add a pupil', async () => {
    await me.go('/records/pupil/new');
    await me.look('pupil-new');
    await page.fill('#f-full_name', pupilName);
    await page.fill('#f-birth_date', '05092018');
    await page.press('#f-birth_date', 'Tab');
    must((await page.inputValue('#f-birth_date')) === '05/09/2018', 'the date did not get its strokes');
    await page.selectOption('#f-sex', { index: 1 });
    await page.selectOption('#f-ethnicity', { index: 1 });
    await me.save();
    await me.saying('Đã thêm');
  });
  await me.step('places follow their province', async () => {
    await me.go(`${new URL(page.url()).pathname}/edit`);
    const communes = page.locator('#f-permanent_commune option');
    const before = await communes.count();
    const redrawn = page.waitForResponse((reply) => reply.request().method() === 'POST');
    await page.selectOption('#f-permanent_province', '31');
    await redrawn;
    await page.waitForFunction((n) => document.querySelectorAll('#f-permanent_commune option').length !== n, before);
    await page.selectOption('#f-permanent_commune', { index: 1 });
    await me.save();
    await me.saying('Đã lưu');
  });

  await me.step('enrol the pupil into the class', async () => {
    await me.go('/records/enrolment');
    await me.look('enrolment-list');
    await me.follow('.heading a.button.primary');
    must((await pick(page, 'pupil', pupilName)).startsWith(pupilName), 'another pupil was taken');
    must((await pick(page, 'class', name)).startsWith(name), 'another class was taken');
    await page.selectOption('#f-grade', { index: 1 });
    await page.selectOption('#f-status', '01');
    await browser.picture(page, 'enrolment-form');
    await me.save();
    await me.saying('Đã thêm');
    await me.look('enrolment');
  });
  await me.step('a reference that fits nothing is said at the field', async () => {
    await me.go('/records/enrolment/new');
    await page.fill('[name="pupil.text"]', 'không ai tên như thế này');
    await me.save();
    must((await page.locator('[id="f-pupil-said"] .bad').count()) > 0, 'nothing is said');
    must((await page.inputValue('[name="pupil.text"]')) === 'không ai tên như thế này', 'what was typed is lost');
    await me.look('enrolment-form-wrong');
  });
  await me.step('the class shows its pupil', async () => {
    await me.go(`/records/class?f.name=${encodeURIComponent(name)}`);
    await me.follow('table.list tbody th a');
    must((await page.locator('#c-enrolment').textContent()).includes(pupilName), 'the pupil is not in the class');
  });
  await me.step('mark as written by mistake', async () => {
    await me.follow('#c-enrolment tbody th a');
    await me.follow('form:has(input[name=state][value=erroneous]) button');
    await me.saying('Đã đổi trạng thái');
    must((await page.locator('h1 .badge').allTextContents()).includes('Ghi nhầm'), 'no badge says so');
    await me.look('enrolment-erroneous');
    await me.go('/records/enrolment?state=erroneous');
    must((await page.locator('table.list').textContent()).includes(pupilName), 'the list of mistakes does not show it');
    await me.go('/records/enrolment');
    must(!(await page.locator('main').textContent()).includes(pupilName), 'the usual list still shows it');
  });
  await me.leave();
}
