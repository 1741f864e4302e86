import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const script = `
  const { createFailpoints } = await import(${JSON.stringify(new URL('failpoints.ts', import.meta.url).href)});
  const failpoints = createFailpoints(process.env);
  for (const name of ['a', 'b', 'a', 'b']) {
    failpoints.hit(name);
    process.stdout.write(name);
  }`;

function run(env: Record<string, string>) {
  return spawnSync(process.execPath, ['--input-type=module', '-e', script], { env, encoding: 'utf8' });
}

test('nothing happens without being asked for', () => {
  expect(run({}).stdout).toBe('abab');
});

test('the process dies at the named hit and runs nothing after it', () => {
  expect(run({ PIPEWRIGHT_FAILPOINT: 'b' })).toMatchObject({ signal: 'SIGKILL', stdout: 'a' });
  expect(run({ PIPEWRIGHT_FAILPOINT: 'b#2' })).toMatchObject({ signal: 'SIGKILL', stdout: 'aba' });
  expect(run({ PIPEWRIGHT_FAILPOINT: 'b#3' })).toMatchObject({ signal: null, stdout: 'abab' });
});

test('hits are recorded in order', () => {
  const dir = mkdtempSync(join(tmpdir(), 'failpoints-'));
  run({ PIPEWRIGHT_FAILPOINTS_RECORD: join(dir, 'hits'), PIPEWRIGHT_FAILPOINT: 'b#2' });
  expect(readFileSync(join(dir, 'hits'), 'utf8')).toBe('a\nb\na\nb\n');
  rmSync(dir, { recursive: true, force: true, maxRetries: 20 });
});
