// How much goes over a slow line: the bytes of whole answers as they are sent, packed.
import { request } from 'node:http';
import { must } from '../lib/tell.mjs';

const KB = 1000;

/** The bytes of an answer's body as they came, and the body unpacked is never asked for. */
function bytes(base, path, cookie) {
  return new Promise((done, failed) => {
    const headers = { 'accept-encoding': 'gzip', cookie };
    request(new URL(path, base), { headers }, (reply) => {
      let size = 0;
      reply.on('data', (piece) => { size += piece.length; });
      reply.on('end', () => done({ size, status: reply.statusCode, headers: reply.headers }));
    }).on('error', failed).end();
  });
}

export async function budgets(browser, size, who) {
  const me = await browser.person(size);
  const { page } = me;
  await me.signIn(who.clerk);
  const cookie = (await me.context.cookies()).map((c) => `${c.name}=${c.value}`).join('; ');
  const get = (path) => bytes(browser.base, path, cookie);
  await me.step('the first load is at most 150 kB', async () => {
    const parts = new Set(['/']);
    page.on('request', (asked) => parts.add(new URL(asked.url()).pathname));
    await page.goto('/', { waitUntil: 'networkidle' });
    let sum = 0;
    const told = [];
    for (const part of parts) {
      const answer = await get(part);
      must(answer.status === 200, `${part} answers ${answer.status}`);
      if (part.startsWith('/a/')) must(answer.headers['cache-control']?.includes('immutable'), `${part} is asked for again`);
      sum += answer.size;
      told.push(`${part} ${answer.size}`);
    }
    must(parts.size > 3 && sum <= 150 * KB, `${sum} bytes: ${told.join(', ')}`);
  });
  const at_most = (what, path, kb) => me.step(`${what} is at most ${kb} kB`, async () => {
    const answer = await get(path);
    must(answer.status === 200 && answer.size <= kb * KB, `${answer.status}, ${answer.size} bytes`);
  });
  await at_most('a search answer', '/search?q=nguyen', 30);
  await me.go('/records/pupil');
  const record = await page.locator('table.list tbody th a').first().getAttribute('href');
  await at_most('a record', record, 40);
  await at_most('its form', `${record}/edit`, 40);
  await at_most('a list', '/records/pupil', 30);
  for (const kind of ['pupil', 'staff', 'class']) await at_most(`the dictionary of ${kind}`, `/help/dictionary/${kind}`, 40);
  await at_most('about', '/about', 40);
  await me.leave();
}
