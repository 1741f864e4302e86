import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { endLeftovers, markPush } from './leftovers.ts';

function folder() {
  const dir = mkdtempSync(join(tmpdir(), 'pipewright-leftovers-'));
  mkdirSync(join(dir, 'refs', 'heads'), { recursive: true });
  return { dir, [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true, maxRetries: 20 }) };
}

it('ends what a dead server left running on a repository, and its locks', async () => {
  using place = folder();
  // A parent that does not care for TERM, and a child in the same group.
  const script = 'trap "" TERM; sleep 600 & echo ready; while :; do wait; done';
  const left = spawn('sh', ['-c', script], {
    cwd: place.dir,
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = new Promise((resolve) => left.once('close', resolve));
  await new Promise((resolve) => left.stdout.once('data', resolve));
  await markPush(place.dir, left.pid as number);
  writeFileSync(join(place.dir, 'refs', 'heads', 'main.lock'), '');
  writeFileSync(join(place.dir, 'packed-refs.lock'), '');
  await endLeftovers(place.dir);
  await ended;
  expect(left.signalCode).toBe('SIGKILL');
  for (const file of ['refs/heads/main.lock', 'packed-refs.lock', 'pipewright-push']) {
    expect(existsSync(join(place.dir, file))).toBe(false);
  }
});

it('leaves a process alone that only has the same number by now', async () => {
  using place = folder();
  const other = spawn('sleep', ['600'], { cwd: tmpdir(), detached: true, stdio: 'ignore' });
  await markPush(place.dir, other.pid as number);
  await endLeftovers(place.dir);
  expect([other.exitCode, other.signalCode]).toEqual([null, null]);
  other.kill('SIGKILL');
});
