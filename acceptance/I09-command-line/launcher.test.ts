import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { version } from '../../src/server/version.ts';
import { launcher, runCli, startCli } from './cli.ts';

const DISGUISE = "Object.defineProperty(process.versions, 'node', { value: '20.0.0' })";
/** This Node, which the launcher takes for one that is too old. */
const OLD: readonly [string, ...string[]] = [
  process.execPath,
  '--import',
  `data:text/javascript,${encodeURIComponent(DISGUISE)}`,
];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pipewright-launcher-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20 }));

const env = () => ({ PATH: process.env['PATH'], HOME: folder });

test('an older Node hands over to the pinned one, with arguments and exit code', async () => {
  const told = await startCli(['--version'], env(), OLD).ended;
  expect(told).toMatchObject({ code: 0, stdout: `${version}\n` });
  const wrong = await startCli(['no-such-command'], env(), OLD).ended;
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain('no-such-command');
});

test('a signal to the launcher ends the server behind it in order', async () => {
  const { child, ended } = startCli(['up', '--port', '0', '--data', join(folder, 'data')], env(), OLD);
  let said = '';
  while (!said.includes('builds')) {
    const [text] = (await once(child.stdout as NonNullable<typeof child.stdout>, 'data')) as [string];
    said += text;
  }
  const address = /ready at (http:\S+)/.exec(said)?.[1];
  expect((await fetch(`${address}/_pipewright/healthz`)).status).toBe(200);
  child.kill('SIGTERM');
  const { code, stdout } = await ended;
  expect(code).toBe(0);
  expect(stdout).toContain('Ending');
  await expect(fetch(`${address}/_pipewright/healthz`)).rejects.toThrow('fetch failed');
});

test('without a newer Node it says what to do', async () => {
  const bare = join(folder, 'bare');
  mkdirSync(join(bare, 'bin'), { recursive: true });
  mkdirSync(join(bare, 'src/cli'), { recursive: true });
  cpSync(launcher, join(bare, 'bin/pipewright.mjs'));
  cpSync(join(launcher, '../../src/cli/main.ts'), join(bare, 'src/cli/main.ts'));
  const { code, stderr } = await startCli([], env(), [...OLD, join(bare, 'bin/pipewright.mjs')]).ended;
  expect(code).toBe(2);
  expect(stderr).toContain('npm ci');
});

test('asking for nothing shows what there is, and every command explains itself', async () => {
  const help = await runCli(['--help'], env());
  expect(help.code).toBe(0);
  const commands = [...help.stdout.matchAll(/^ {2}([a-z]+)/gm)].map(([, name]) => name as string);
  expect(commands).toEqual(
    expect.arrayContaining([
      'up',
      'demo',
      'run',
      'status',
      'logs',
      'approve',
      'agent',
      'env',
      'doctor',
      'backup',
    ]),
  );
  const told = await Promise.all(
    commands.filter((name) => name !== 'help').map((name) => runCli([name, '--help'], env())),
  );
  for (const { code, stdout } of told) {
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Usage: pipewright \w+/);
  }
  const mistyped = await runCli(['statsu'], env());
  expect(mistyped).toMatchObject({ code: 2 });
  expect(mistyped.stderr).toContain('Did you mean status?');
});

test('options say what they are when they are left out, and what they take is checked', async () => {
  const up = await runCli(['up', '--help'], env());
  expect(up.stdout.replaceAll(/\s+/g, ' ')).toContain(
    'port to listen on; 0 takes a free one (default: 7300)',
  );
  const wrong: readonly (readonly [readonly string[], string])[] = [
    [['status', '--watch'], '--watch needs the name of a pipeline'],
    [['env', '--shell', 'csh'], 'Allowed choices are posix, fish'],
    [['agent', 'token', '--name', 'web-1', '--lifetime', '1h'], 'a whole number'],
    [['agent', '--state', folder, '--log-level', 'loud'], 'Allowed choices are debug'],
  ];
  for (const [args, why] of wrong) {
    const told = await runCli(args, env());
    expect(told.stderr).toContain(why);
    expect(told.code).toBe(2);
  }
});
