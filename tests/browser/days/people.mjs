// Who takes part: found among the demo's accounts, not named, so that another demo does as well.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { WIDE } from '../lib/browser.mjs';
import { fewColours } from '../lib/png.mjs';
import { fold, must } from '../lib/tell.mjs';

/** What everybody searches for. */
export const SOUGHT = 'nguyen thi ha';

/** Whether a name holds each word that was sought. */
export function fits(title) {
  const words = fold(title).split(/\s+/);
  return SOUGHT.split(' ').every((word) => words.includes(word));
}

export async function people(server) {
  const of = (role, level = '') => server.logins.filter((l) => l.role === role && l.login.startsWith(level));
  // A school where somebody of that name learns.
  let clerk;
  for (const one of [...of('school_clerk', 'th'), ...of('school_clerk', 'mn')]) {
    const [first] = await server.search(one.login, SOUGHT);
    if (first?.kind === 'pupil' && fits(first.title)) {
      clerk = one;
      break;
    }
  }
  must(clerk, `no school of the demo has a learner called ${SOUGHT}`);
  const others = of('teacher', 'th').filter((l) => l.unit_code !== clerk.unit_code);
  const schools = of('school_clerk', 'mn').filter((l) => l.unit_code !== clerk.unit_code);
  return {
    clerk,
    admin: of('system_admin')[0],
    officer: of('department_officer')[0],
    commune: of('office_admin')[0],
    /** One for each width: their passwords change. */
    teachers: { 1366: others[0], 360: others[1] },
    /** One for each width: they are renamed and get an account. */
    schools: { 1366: schools[0], 360: schools[1] },
  };
}

/** The picture in the README. */
export async function searchPicture(browser, who, path) {
  const person = await browser.person(WIDE);
  await person.signIn(who.admin);
  await person.step('picture of the search page', async () => {
    await person.go(`/search?q=${encodeURIComponent(SOUGHT)}`);
    mkdirSync(dirname(path), { recursive: true });
    const picture = fewColours(await person.page.screenshot({ animations: 'disabled' }));
    writeFileSync(path, picture);
    must(picture.length < 120_000, `the picture is ${picture.length} bytes large`);
  });
  await person.leave();
}
