// One line a step, and the count at the end.

/** Thrown to leave a journey whose step failed: what follows would only fail again. */
export class Stopped extends Error {}

export class Tally {
  passed = 0;
  failed = 0;
  /** Told the failing page, to keep a picture of it. */
  onFailure = async () => {};

  ok(what) {
    this.passed += 1;
    console.log(`ok    ${what}`);
  }

  bad(what, why) {
    this.failed += 1;
    console.log(`FAIL  ${what}: ${String(why?.message ?? why).split('\n').slice(0, 6).join(' | ')}`);
  }

  /** A step of a journey; when it fails, the journey ends. */
  async step(what, page, doing) {
    let result;
    try {
      result = await doing();
    } catch (why) {
      if (why instanceof Stopped) throw why;
      this.bad(what, why);
      await this.onFailure(what, page).catch(() => {});
      throw new Stopped(what);
    }
    this.ok(what);
    return result;
  }

  /** A journey: its steps until one fails. */
  async journey(doing) {
    try {
      await doing();
    } catch (why) {
      if (!(why instanceof Stopped)) this.bad('a journey broke off', why?.stack ?? why);
    }
  }

  /** `N passed, N failed`; whether all is well. */
  close() {
    console.log(`${this.passed} passed, ${this.failed} failed`);
    return this.failed === 0;
  }
}

/** Says what was wanted when it is not so. */
export function must(holds, said) {
  if (!holds) throw new Error(said);
}

/** Without marks, in small letters: as people type in a hurry. */
export function fold(text) {
  return text.normalize('NFD').replace(/\p{M}/gu, '').replace(/[đĐ]/g, 'd').toLowerCase();
}
