// Pages that are only read; and the look in the dark.
import { must } from '../lib/tell.mjs';

export async function reading(browser, size, who) {
  const me = await browser.person(size);
  await me.signIn(who.clerk);
  for (const [name, path] of Object.entries({ help: '/help', about: '/about', kinds: '/records', api: '/api/v1/' })) {
    await me.step(`read ${path}`, async () => must((await me.go(path)).ok(), 'it did not come'));
    await me.look(name);
  }
  await me.step('read the dictionary', async () => must((await me.go('/dictionary')).ok(), 'it did not come'));
  await me.look('dictionary');
  await me.step('a page that is not there says what to do', async () => {
    must((await me.page.goto('/records/pupil/1')).status() === 404, 'it is there');
    await me.look('not-found');
  });
  for (const kind of ['staff', 'result', 'facility', 'school']) {
    await me.step(`read a record of ${kind}`, async () => {
      await me.go(`/records/${kind}`);
      const link = me.page.locator('table.list tbody th a').first();
      if (await link.count()) await me.follow(link);
    });
    await me.look(kind);
  }
  await me.leave();

  const night = await browser.person(size, { colorScheme: 'dark' });
  await night.signIn(who.clerk);
  for (const [name, path] of Object.entries({ home: '/', search: '/search?q=nguyen', list: '/records/pupil', form: '/records/pupil/new' })) {
    await night.go(path);
    await night.look(`dark-${name}`);
  }
  await night.leave();
}
