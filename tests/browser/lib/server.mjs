// A demo province of its own, served on a free loopback port, and taken away again. Builds no program.
import { spawn, execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const LEARNERS = '2000';
/** Longest wait for the demo to be built, and for the server to answer. */
const BUILD_MS = 10 * 60_000;
const START_MS = 2 * 60_000;

const run = promisify(execFile);

/** A port nobody listens on. */
function freePort() {
  return new Promise((done, failed) => {
    const probe = createServer();
    probe.once('error', failed);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}

/** The rows of demo-logins.csv; quoted cells are allowed. */
function readLogins(path) {
  const [head, ...rows] = readFileSync(path, 'utf8').trim().split('\n').map((line) => {
    const cells = line.trimEnd().matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g);
    return [...cells].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain);
  });
  return rows.map((row) => Object.fromEntries(head.map((name, at) => [name, row[at]])));
}

/** Builds the demo and serves it. `out` is where the server's own words go. */
export async function serve(out) {
  const binary = resolve(process.env.CSDLGD_BIN ?? join(dirname(fileURLToPath(import.meta.url)), '../../../target/debug/csdlgd'));
  const dir = mkdtempSync(join(tmpdir(), 'csdlgd-browser-'));
  const data = join(dir, 'data');
  const common = ['demo', '--data', data, '--learners', LEARNERS];
  let server;
  const remove = () => {
    if (server && server.exitCode === null) server.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  };
  // However this program ends, nothing of it stays.
  process.once('exit', remove);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(130));

  await run(binary, [...common, '--build-only'], { timeout: BUILD_MS, maxBuffer: 1 << 24 });
  const logins = readLogins(join(data, 'demo-logins.csv'));

  const port = await freePort();
  mkdirSync(out, { recursive: true });
  const log = createWriteStream(join(out, 'server.log'));
  server = spawn(binary, [...common, '--listen', `127.0.0.1:${port}`], { stdio: ['ignore', 'pipe', 'pipe'] });
  server.stderr.pipe(log, { end: false });
  await new Promise((done, failed) => {
    const late = setTimeout(() => failed(new Error(`the server did not start within ${START_MS} ms`)), START_MS);
    let said = '';
    server.once('error', failed);
    server.once('exit', (code) => failed(new Error(`the server ended with ${code}; see ${join(out, 'server.log')}`)));
    server.stdout.on('data', (bytes) => {
      log.write(bytes);
      said += bytes;
      if (said.includes(`http://127.0.0.1:${port}`)) {
        clearTimeout(late);
        done();
      }
    });
  });
  server.removeAllListeners('exit');

  return {
    base: `http://127.0.0.1:${port}`,
    logins,
    /** What somebody finds from the command line, beside the running server. */
    async search(login, words) {
      const { stdout } = await run(binary, ['search', '--data', data, '--as', login, '--limit', '5', ...words.split(' ')]);
      return stdout.trim().split('\n').filter(Boolean).map((line) => JSON.parse(line));
    },
    /** Ends the server as its service manager would, and removes the province. */
    async stop() {
      if (server.exitCode === null) {
        const ended = new Promise((done) => server.once('exit', done));
        server.kill('SIGTERM');
        const late = setTimeout(() => server.kill('SIGKILL'), 30_000);
        await ended;
        clearTimeout(late);
      }
      log.end();
      remove();
    },
  };
}
