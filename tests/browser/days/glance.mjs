// What one sees at a glance: the first page with its charts, a school, a class, figures of many units,
// help; letters made larger; what a page says when the line is lost.
import { must } from '../lib/tell.mjs';

const number = (text) => Number(text.replaceAll('.', ''));

export async function glance(browser, size, who) {
  const me = await browser.person(size);
  const { page } = me;
  await me.signIn(who.clerk);
  await me.go('/');
  await me.step('the first page has figures, and each its table and its list', async () => {
    const bars = page.locator('.chart').first().locator('.bars li');
    must((await bars.count()) > 0, 'no bars are drawn');
    const drawn = await bars.first().locator('rect.s0').evaluate((rect) => rect.getBoundingClientRect().width);
    must(drawn > 1, `the bar is ${drawn} px wide`);
    const said = number(await bars.first().locator('.value').textContent());
    const details = page.locator('.chart details').first();
    await details.locator('summary').click();
    const table = await details.locator('tbody tr').first().textContent();
    must(table.includes(String(said)), `${said} is not in the table: ${table}`);
    await me.look('home-school');
    await me.follow(bars.first().locator('a'));
    const rows = await page.locator('table.list tbody tr').count();
    must(rows === Math.min(said, 50), `${rows} rows stand behind ${said}`);
  });
  await me.step('what waits leads to those records', async () => {
    await me.go('/');
    await me.follow('.tasks a[href*="lacking="]');
    await me.saying('Chỉ hiện hồ sơ chưa có');
    must((await page.locator('table.list tbody tr').count()) > 0, 'the list is empty');
    await me.look('list-lacking');
  });
  await me.step('the school, its classes, a class', async () => {
    await me.go('/');
    await me.follow('.panel .tools a[href^="/units/"]');
    await me.look('school');
    await me.follow('#classes tbody th a');
    must(page.url().includes('/classes/'), page.url());
    const names = await page.locator('table.list tbody td a[href^="/records/pupil/"]').allTextContents();
    const given = names.map((name) => name.trim().split(' ').at(-1));
    const sorted = [...given].sort(new Intl.Collator('vi').compare);
    const out = given.findIndex((name, at) => new Intl.Collator('vi', { sensitivity: 'base' }).compare(name, sorted[at]) !== 0);
    must(names.length > 5 && (out < 0 || out > names.length - 6), `not by given name: ${given.join(' ')}`);
    await me.look('class');
    // On the wall a full class is one page.
    await page.evaluate(() => {
      const rows = document.querySelector('table.list tbody');
      while (rows.children.length < 45) rows.append(rows.lastElementChild.cloneNode(true));
    });
    const sheets = await me.sheets('class');
    must(sheets === 1, `a class of 45 takes ${sheets} pages`);
  });
  await me.step('help, a task, the dictionary by kind', async () => {
    await me.go('/help/search');
    await me.look('help-topic');
    for (const [name, path] of Object.entries({ kinds: '', pupil: '/pupil', fields: '/fields', list: '/lists/ethnicity' })) {
      await me.go(`/help/dictionary${path}`);
      await me.look(`dictionary-${name}`);
    }
  });
  await me.step('larger letters stay', async () => {
    await me.go('/help');
    await page.click('details.user summary');
    await me.follow('.letters button[value=larger]');
    must(page.url().endsWith('/help'), `led to ${page.url()}`);
    for (const [name, path] of Object.entries({ home: '/', form: '/records/pupil/new', list: '/records/pupil' })) {
      await me.go(path);
      must((await page.evaluate(() => getComputedStyle(document.documentElement).fontSize)) === '21px', 'the letters are small');
      await me.look(`larger-${name}`);
    }
  });
  await me.step('without a line nothing is sent and nothing is lost', async () => {
    await me.go('/records/pupil/new');
    await page.fill('#f-full_name', 'Người Đang Nhập');
    await me.context.setOffline(true);
    await page.locator('.offline').waitFor({ state: 'visible' });
    await page.locator('form.form .actions button.primary').click();
    must(page.url().includes('/records/pupil/new'), `led to ${page.url()}`);
    must((await page.inputValue('#f-full_name')) === 'Người Đang Nhập', 'what was typed is gone');
    await browser.picture(page, 'offline');
    await me.context.setOffline(false);
    await page.locator('.offline').waitFor({ state: 'hidden' });
  });
  await me.leave();

  const officer = await browser.person(size);
  await officer.signIn(who.officer);
  await officer.go('/');
  await officer.step('an office\'s figures are those of its schools', async () => {
    const said = number(await officer.page.locator('.tiles .value').first().textContent());
    await officer.follow('.tiles a');
    const sum = number(await officer.page.locator('tfoot td').nth(1).textContent());
    must(said === sum, `${said} on the first page, ${sum} in the list`);
    await officer.look('unit-figures');
  });
  await officer.leave();
}

/** The pictures of the help, one for each task that has one; made with `--pictures`. */
export const HELP_PICTURES = {
  today: ['clerk', '/'],
  search: ['clerk', '/search?q=nguyen+thi+ha'],
  enter: ['clerk', '/records/pupil/new'],
  class: ['clerk', '/', '#classes tbody th a'],
  history: ['clerk', '/search?q=nguyen+thi+ha', '.found li .name a', '#history h2'],
  figures: ['officer', '/units/figures'],
  school: ['clerk', '/', '.panel .tools a[href^="/units/"]'],
  units: ['officer', '/units'],
  accounts: ['admin', '/accounts'],
};

export async function helpPictures(browser, who, folder) {
  for (const [name, [whose, path, then, into]] of Object.entries(HELP_PICTURES)) {
    const person = await browser.person({ width: 1000, height: 620 });
    const { page } = person;
    await person.step(`picture of the help: ${name}`, async () => {
      await person.signIn(who[whose]);
      await person.go(path);
      if (name === 'class') await person.follow('.panel .tools a[href^="/units/"]');
      if (then) await person.follow(then);
      if (into) await page.locator(into).scrollIntoViewIfNeeded();
      await page.screenshot({ path: `${folder}/${name}.jpg`, type: 'jpeg', quality: 62, animations: 'disabled' });
    });
    await person.leave();
  }
}
