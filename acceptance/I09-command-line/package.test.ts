import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';

const execute = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
/** Packing, installing from a registry and a whole demo; it only ends what hangs. */
const LONG = 900_000;
const NOT_REACHABLE = 'npm reaches no registry';
/** The binary of a Node as npm's package `node` gets it, without the name `node` in anybody's `.bin`. */
const OLDER_NODE = `node-${process.platform}-${process.arch}`;

let folder: string;
let registry: boolean;
/** Where the package lies, installed. */
let installed: string;
const env = () => ({
  ...process.env,
  PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
  // The console's own build is not what this is about, and other tests use its folder meanwhile.
  PIPEWRIGHT_SKIP_CONSOLE: '1',
  PIPEWRIGHT_DIST: join(folder, 'dist'),
});
const npm = (...args: string[]) => execute('npm', args, { cwd: folder, env: env() });
const install = (into: string, what: string) =>
  npm('install', '--prefix', join(folder, into), ...QUIETLY, '--prefer-offline', '--fetch-retries=5', what);

const QUIETLY = ['--no-audit', '--no-fund', '--ignore-scripts'];

/** As `npm pack` does it, beside the sources, from which other tests run meanwhile. */
async function pack(): Promise<string> {
  await execute(process.execPath, [join(root, 'scripts/build.mjs'), '--bundle'], { env: env() });
  const packed = join(folder, 'packed');
  mkdirSync(packed);
  for (const name of readdirSync(root))
    if (!/^(\.|node_modules$|dist$|acceptance$|bench$)/.test(name))
      cpSync(join(root, name), join(packed, name), {
        recursive: true,
        filter: (path) => !/node_modules/.test(path.slice(root.length)),
      });
  cpSync(join(folder, 'dist'), join(packed, 'dist'), { recursive: true });
  await npm('pack', packed, '--ignore-scripts', '--pack-destination', folder);
  return join(folder, `pipewright-${version}.tgz`);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pipewright-package-'));
  // Once more where the line is only bad for a moment; who has no line at all knows soon.
  const patiently = ['--fetch-retries=3', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=5000'];
  registry = await npm('view', 'pino', 'version', ...patiently).then(
    () => true,
    () => false,
  );
  const tarball = await pack();
  installed = join(folder, 'app/node_modules/pipewright');
  if (registry) return void (await install('app', tarball));
  await execute('tar', ['-xzf', tarball, '-C', folder]);
  mkdirSync(dirname(installed), { recursive: true });
  cpSync(join(folder, 'package'), installed, { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(installed, 'node_modules'));
}, LONG);
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20 }));

it('holds what it needs and nothing else', () => {
  const names = readdirSync(installed).filter((name) => name !== 'node_modules');
  expect(names.toSorted()).toEqual(
    ['CHANGELOG.md', 'LICENSE', 'NOTICE', 'README.md', 'bin', 'dist', 'examples', 'package.json'].toSorted(),
  );
  expect(readdirSync(join(installed, 'dist', 'models')).toSorted()).toEqual(['LICENSE.txt', 'NOTICE']);
});

async function expectToPlay(node: string): Promise<void> {
  const launcher = join(installed, 'bin/pipewright.mjs');
  // No other Node in reach: what the package starts by itself must be the same one.
  const run = (...args: string[]) =>
    execute(node, [launcher, ...args], {
      cwd: folder,
      env: { ...env(), PATH: `${dirname(node)}:/usr/bin:/bin` },
    });
  expect((await run('--version')).stdout.trim()).toBe(version);
  const summary = join(folder, 'summary.json');
  await run('demo', '--once', '--port', '0', '--summary', summary);
  const { executions } = JSON.parse(readFileSync(summary, 'utf8')) as { executions: { status: string }[] };
  expect(executions.map(({ status }) => status)).toEqual(['Succeeded', 'Failed']);
  rmSync(summary);
}

// On PostgreSQL demo.test.ts does the same from the sources.
it('runs without the sources on this Node', { timeout: LONG }, async () => {
  await expectToPlay(process.execPath);
});

it('runs without the sources on Node 22', { timeout: LONG }, async ({ skip }) => {
  skip(!registry, NOT_REACHABLE);
  await install('node', `${OLDER_NODE}@^22.14.0`);
  const node = join(folder, 'node/node_modules', OLDER_NODE, 'bin/node');
  expect(existsSync(node)).toBe(true);
  expect((await execute(node, ['--version'])).stdout).toMatch(/^v22\./);
  await expectToPlay(node);
});
