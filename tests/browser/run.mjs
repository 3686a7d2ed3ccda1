// The clerk's day in a real browser, on a desk's screen and on a telephone's, with script and without.
//
//   npm ci && node run.mjs [--pictures]
//
// Makes a demo in a temporary directory with ../../target/debug/csdlgd (CSDLGD_BIN names another
// program), serves it on a free loopback port and drives Chromium (CHROMIUM names it). Pictures of every
// page go to tests/out/browser; --pictures also renews those of assets/help, which the help and the
// README show.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Browser, NARROW, WIDE } from './lib/browser.mjs';
import { serve } from './lib/server.mjs';
import { Tally } from './lib/tell.mjs';
import { administrator } from './days/administrator.mjs';
import { backups } from './days/backups.mjs';
import { budgets } from './days/budgets.mjs';
import { clerk } from './days/clerk.mjs';
import { entering } from './days/entering.mjs';
import { glance, helpPictures } from './days/glance.mjs';
import { finding } from './days/finding.mjs';
import { keyboard } from './days/keyboard.mjs';
import { lists } from './days/lists.mjs';
import { ownAccount } from './days/own_account.mjs';
import { reading } from './days/reading.mjs';
import { units } from './days/units.mjs';
import { withoutScript } from './days/without_script.mjs';
import { people, searchPicture } from './days/people.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const out = join(root, 'tests/out/browser');
/** `ONLY=clerk,lists` runs some journeys only. */
const only = process.env.ONLY?.split(',');

const tally = new Tally();
let server;
let browser;
try {
  server = await serve(out);
  const who = await people(server);
  browser = await Browser.launch(server.base, tally, out);
  const journeys = { glance, clerk, entering, finding, lists, units, ownAccount, administrator, backups, reading };
  for (const size of [WIDE, NARROW]) {
    for (const [name, journey] of Object.entries(journeys)) {
      if (!only || only.includes(name)) await tally.journey(() => journey(browser, size, who));
    }
  }
  for (const [name, journey] of Object.entries({ keyboard, withoutScript, budgets })) {
    if (!only || only.includes(name)) await tally.journey(() => journey(browser, WIDE, who));
  }
  if (process.argv.includes('--pictures')) {
    await tally.journey(() => searchPicture(browser, who, join(root, 'assets/help/search.png')));
    await helpPictures(browser, who, join(root, 'assets/help'));
  }
} catch (why) {
  tally.bad('the tests did not run', why?.stack ?? why);
} finally {
  await browser?.close().catch(() => {});
  await server?.stop();
}
process.exit(tally.close() ? 0 : 1);
