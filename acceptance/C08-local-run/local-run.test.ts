import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runLocalBuild } from '../../src/cli/run/local-build.ts';
import { openBuildServer } from '../C01-buildspec/build-client.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'c08-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true, maxRetries: 20 }));

/** Runs in this process and keeps what it said. */
async function run(buildspec: unknown, more: Partial<Parameters<typeof runLocalBuild>[0]> = {}) {
  const text = typeof buildspec === 'string' ? buildspec : JSON.stringify(buildspec);
  writeFileSync(join(dir, 'buildspec.yml'), text);
  let output = '';
  const result = await runLocalBuild({ dir, output: { write: (chunk) => (output += chunk) }, ...more });
  return { ...result, output };
}

const SPEC = {
  version: 0.2,
  env: { variables: { A: 'spec', B: 'spec' } },
  phases: {
    build: {
      commands: [
        'echo "built $A $B" | tee out.txt',
        'echo "<testsuite><testcase name=\'t\'/></testsuite>" > junit.xml',
        'test -z "$FAIL"',
      ],
    },
  },
  reports: { unit: { files: ['junit.xml'] } },
  artifacts: { files: ['out.txt'], 'secondary-artifacts': { xml: { files: ['*.xml'] } } },
  cache: { paths: ['node_modules/**/*'] },
};

test('C8-S1: run twice, the same; artifacts and report appear, no cache, the exit code of the platform', async () => {
  const artifacts = join(dir, '.pipewright', 'artifacts');
  for (let n = 0; n < 2; n++) {
    const ran = await run(SPEC, { artifacts, env: { B: 'given' } });
    expect(ran.exitCode, ran.output).toBe(0);
    expect(ran.output).toContain('built spec given');
    expect(ran.output).toContain('no cache is used');
    expect(ran.output).toContain('Report unit SUCCEEDED: 1 test: 1 passed (100.0 %)');
    expect(ran.output).toMatch(/BUILD\s+SUCCEEDED/);
  }
  expect(readFileSync(join(artifacts, 'out.txt'), 'utf8')).toBe('built spec given\n');
  expect(readdirSync(join(artifacts, 'xml'))).toEqual(['junit.xml']);
  const failed = await run(SPEC, { env: { FAIL: 'yes' } });
  expect(failed.exitCode).toBe(1);
  expect(failed.output).toContain('Error while executing command: test -z "$FAIL". Reason: exit status 1');
  await using server = await openBuildServer();
  await server.makeProject('same', SPEC);
  expect((await server.run('same')).buildStatus).toBe('SUCCEEDED');
  const build = await server.run('same', { environmentVariablesOverride: [{ name: 'FAIL', value: 'yes' }] });
  expect(build.buildStatus).toBe('FAILED');
});

test('artifacts stay where they are unless they are asked for', async () => {
  await run(SPEC);
  expect(existsSync(join(dir, '.pipewright'))).toBe(false);
});

test('errors of the buildspec are told with line and column, and nothing runs', async () => {
  const ran = await run(
    'version: 0.2\nphases:\n  build:\n    comands: [touch ran]\n    commands:\n      - echo a: b\n',
  );
  expect(ran.exitCode).toBe(2);
  expect(ran.output.split('\n')).toEqual([
    'buildspec.yml:4:5: error: unknown key "comands" in phases.build (did you mean "commands"?)',
    'buildspec.yml:6:9: error: phases.build.commands[0] must be text, not a mapping (text with ": " in it must stand in quotes or after "|")',
    '',
  ]);
  expect(existsSync(join(dir, 'ran'))).toBe(false);
  expect((await run(SPEC, { buildspec: 'none.yml' })).output).toBe('YAML file does not exist: none.yml\n');
});

test('no platform secret is read: the build says what to give instead', async () => {
  const spec = { ...SPEC, env: { 'secrets-manager': { PASSWORD: 'db/password' } } };
  const refused = await run(spec);
  expect(refused.exitCode).toBe(2);
  expect(refused.output).toContain('give --env PASSWORD=…');
  expect((await run(spec, { env: { PASSWORD: 'x' } })).exitCode).toBe(0);
});

test('an interrupt ends the whole tree, and post_build cleans up', async () => {
  const abort = new AbortController();
  let output = '';
  writeFileSync(
    join(dir, 'buildspec.yml'),
    JSON.stringify({
      version: 0.2,
      phases: {
        build: { commands: ['echo waiting; sleep 100'] },
        post_build: { commands: ['echo cleaned'] },
      },
    }),
  );
  const result = await runLocalBuild({
    dir,
    signal: abort.signal,
    output: {
      write(chunk) {
        output += chunk;
        if (chunk === 'waiting\n') abort.abort();
      },
    },
  });
  expect(result).toEqual({ exitCode: 1, status: 'STOPPED' });
  expect(output).toContain('cleaned\n');
});

describe('the command', () => {
  const pipewright = (...args: string[]) =>
    new Promise<{ code: number | null; output: string }>((resolve) => {
      const child = spawn(process.execPath, ['src/cli/main.ts', 'run', ...args], {
        cwd: join(import.meta.dirname, '../..'),
      });
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => void (output += chunk));
      child.stderr.on('data', (chunk: Buffer) => void (output += chunk));
      child.on('close', (code) => resolve({ code, output }));
    });
  test('needs no server and passes the exit code on', async () => {
    writeFileSync(join(dir, 'buildspec.yml'), JSON.stringify(SPEC));
    const good = await pipewright(dir, '-e', 'B=given');
    expect(good.code, good.output).toBe(0);
    expect(good.output).toContain('built spec given');
    expect((await pipewright(dir, '-e', 'FAIL=1')).code).toBe(1);
    expect((await pipewright(join(dir, 'nowhere'))).code).toBe(1);
  });
});
