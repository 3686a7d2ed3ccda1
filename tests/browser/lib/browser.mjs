// The browser, people who sit at it, and what is asked of every page they see: no message in the
// console, nothing wider than the screen, nothing serious found by axe.
import { chromium } from 'playwright-core';
import { createRequire } from 'node:module';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { must } from './tell.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
/** A slow, busy machine is no mistake of the pages. */
const PATIENCE_MS = Number(process.env.PATIENCE_MS ?? 60_000);
/** Tall pages are pictured down to so many screens. */
const PICTURE_SCREENS = 2.5;

export const WIDE = { width: 1366, height: 768 };
export const NARROW = { width: 360, height: 740 };

export class Browser {
  constructor(chrome, base, tally, out) {
    Object.assign(this, { chrome, base, tally, out, seen: new Set() });
    mkdirSync(out, { recursive: true });
    tally.onFailure = (what, page) => this.picture(page, `FAILED ${what}`.replace(/[^\p{L}\p{N}]+/gu, '-').slice(0, 80));
  }

  static async launch(base, tally, out) {
    const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
    const chrome = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args });
    return new Browser(chrome, base, tally, out);
  }

  close() {
    return this.chrome.close();
  }

  /** Somebody at a screen of that size. */
  async person(size, { script = true, colorScheme = 'light' } = {}) {
    const context = await this.chrome.newContext({ viewport: size, javaScriptEnabled: script, colorScheme, locale: 'vi-VN', reducedMotion: 'reduce', baseURL: this.base });
    context.setDefaultTimeout(PATIENCE_MS);
    const person = new Person(this, context, size, script);
    await person.tab();
    return person;
  }

  async picture(page, name) {
    if (!page || page.isClosed()) return;
    const size = page.viewportSize();
    const tall = await page.locator('html').evaluate((root) => root.scrollHeight).catch(() => size.height);
    const clip = { x: 0, y: 0, width: size.width, height: Math.min(Math.max(tall, size.height), PICTURE_SCREENS * size.height) };
    await page.screenshot({ path: join(this.out, `${name}-${size.width}.png`), fullPage: true, clip, animations: 'disabled' });
  }
}

class Person {
  constructor(browser, context, size, script) {
    Object.assign(this, { browser, context, size, script, page: undefined, complaints: [] });
  }

  get tally() {
    return this.browser.tally;
  }

  /** A further tab; the first is `page`. */
  async tab() {
    const page = await this.context.newPage();
    this.page ??= page;
    const refused = new Set();
    page.on('response', (reply) => {
      if (reply.status() >= 500) this.complaints.push(`${reply.status()} ${reply.url()}`);
      // A page that says what is wrong comes with 4xx, and the browser remarks on it.
      else if (reply.status() >= 400 && reply.request().resourceType() === 'document') refused.add(reply.url());
    });
    page.on('console', (message) => {
      if (message.type() !== 'error' && message.type() !== 'warning') return;
      if (message.text().startsWith('Failed to load resource') && refused.has(message.location().url)) return;
      this.complaints.push(`${message.text()} (${page.url()})`);
    });
    page.on('pageerror', (error) => this.complaints.push(`${error} (${page.url()})`));
    page.on('dialog', (dialog) => dialog.accept());
    return page;
  }

  /** A step this person takes. */
  step(what, doing, page = this.page) {
    return this.tally.step(`${this.size.width} ${what}`, page, doing);
  }

  /** Opens an address; anything but a page is a mistake. */
  async go(path) {
    const reply = await this.page.goto(path);
    must(reply.ok(), `${path} answers ${reply.status()}`);
    return reply;
  }

  /** Presses what leads to another page and waits until it is there. */
  async follow(locator, page = this.page) {
    const target = typeof locator === 'string' ? page.locator(locator).first() : locator;
    await Promise.all([page.waitForEvent('load'), target.click()]);
  }

  /** Presses a key that sends a form, and waits for the answer. */
  async press(selector, key, page = this.page) {
    await Promise.all([page.waitForEvent('load'), page.press(selector, key)]);
  }

  async signIn({ login, password }, page = this.page) {
    await page.goto('/login');
    await page.fill('#f-login', login);
    await page.fill('[name=password]', password);
    await this.follow('.login button.primary', page);
    must(!page.url().includes('/login'), `not signed in as ${login}`);
  }

  /** Saves the form on the page. */
  save(page = this.page) {
    return this.follow('form.form .actions button.primary', page);
  }

  /** What the page says above its body. */
  async saying(text, page = this.page) {
    const said = await page.locator('main .notice').allTextContents();
    must(said.some((line) => line.includes(text)), `"${text}" is not said; said is: ${said.join(' / ') || 'nothing'}`);
  }

  /** A page looked at: the picture, the width, axe, the console. Asked once for each page and width. */
  async look(name, page = this.page) {
    const { browser, tally } = this;
    const key = `${name} ${this.size.width}`;
    if (browser.seen.has(key)) return;
    browser.seen.add(key);
    const what = `${this.size.width} page ${name}`;
    try {
      await browser.picture(page, name);
      const wrong = this.complaints.splice(0).map((line) => `console: ${line}`);
      if (this.script) {
        const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        if (over > 0) wrong.push(`${over} px wider than the screen: ${await this.widest(page)}`);
        wrong.push(...(await this.axe(page)));
      }
      if (wrong.length > 0) tally.bad(what, wrong.join(' ;; '));
      else tally.ok(what);
    } catch (why) {
      tally.bad(what, why);
    }
  }

  async widest(page) {
    return page.evaluate(() => {
      const width = document.documentElement.clientWidth;
      const clipped = (e) => { for (let p = e.parentElement; p; p = p.parentElement) if (getComputedStyle(p).overflowX !== 'visible') return true; return false; };
      const out = [...document.body.querySelectorAll('*')].filter((e) => e.getBoundingClientRect().right > width + 0.5 && !clipped(e));
      return out.slice(0, 3).map((e) => e.outerHTML.slice(0, 90)).join(' … ');
    });
  }

  /** Runs axe through the debugger, so that the page's own content rules stay in force. */
  async axe(page) {
    const session = await this.context.newCDPSession(page);
    try {
      await session.send('Runtime.evaluate', { expression: AXE });
      const options = JSON.stringify({ runOnly: TAGS, resultTypes: ['violations'] });
      const expression = `axe.run(document, ${options}).then((r) => JSON.stringify(r.violations.map((v) => [v.impact, v.id, v.nodes.length, v.nodes[0].html.slice(0, 120)])))`;
      const { result, exceptionDetails } = await session.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
      must(!exceptionDetails, `axe: ${exceptionDetails?.exception?.description}`);
      return JSON.parse(result.value)
        .filter(([impact]) => impact === 'serious' || impact === 'critical')
        .map((found) => `axe: ${found.join(' ')}`);
    } finally {
      await session.detach();
    }
  }

  /** How many A4 pages the page takes, printed; the file is kept under `name`. */
  async sheets(name) {
    const path = join(this.browser.out, `${name}.pdf`);
    await this.page.pdf({ path, preferCSSPageSize: true });
    return readFileSync(path, 'latin1').match(/\/Type\s*\/Page\b/g).length;
  }

  /** The end of a journey: what the console said since the last look. */
  async leave() {
    const left = this.complaints.splice(0);
    if (left.length > 0) this.tally.bad(`${this.size.width} console`, left.join(' ;; '));
    await this.context.close();
  }
}
