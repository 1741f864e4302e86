import { type ChildProcess, spawn } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isHeldOpen } from '../state/processes.ts';
import { createLogKeeper, earlierLog, type LogKeeper } from './log-keeper.ts';
import { logTail } from './log-tail.ts';

const LIMIT = 64 * 1024;
let dir: string;
let log: string;
let keeper: LogKeeper;
let writer: ChildProcess | undefined;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'log-keeper-'));
  log = join(dir, 'scripts.log');
  keeper = createLogKeeper(LIMIT);
});
afterEach(() => {
  writer?.kill('SIGKILL');
  keeper.close();
  rmSync(dir, { recursive: true, force: true, maxRetries: 20 });
});

/** A daemon that holds the log open for appending, as one left behind by a hook does. */
function daemon(script: string): ChildProcess {
  const file = openSync(log, 'a', 0o600);
  writer = spawn('/bin/sh', ['-c', script], { stdio: ['ignore', file, file] });
  closeSync(file);
  return writer;
}

async function until(what: () => boolean): Promise<void> {
  while (!what()) await sleep(20);
}

test('a daemon that writes for ever fills no disk: the log is turned over and it goes on in it', async () => {
  closeSync(openSync(log, 'a', 0o600));
  keeper.watch(log);
  keeper.watch(log);
  daemon('n=0; while :; do n=$((n+1)); echo "line $n of a daemon that never ends"; done');
  let turns = 0;
  let last = 0;
  await until(() => {
    const { ino, mtimeMs } = statSync(earlierLog(log), { throwIfNoEntry: false }) ?? { ino: 0, mtimeMs: 0 };
    if (ino !== 0 && mtimeMs !== last) {
      last = mtimeMs;
      turns++;
    }
    return turns === 3;
  });
  expect(statSync(earlierLog(log)).size).toBeLessThanOrEqual(LIMIT);
  // The same open file goes on: it was emptied, not replaced.
  await until(() => statSync(log).size > 0);
  expect(readFileSync(log).includes(0)).toBe(false);
});

test('what was too large when the agent started is turned over at once', () => {
  daemon('exit 0');
  rmSync(log);
  const file = openSync(log, 'w');
  closeSync(file);
  const huge = `${'x'.repeat(3 * LIMIT)}\nthe end\n`;
  append(huge);
  keeper.watch(log);
  expect(statSync(log).size).toBe(0);
  expect(readFileSync(earlierLog(log), 'utf8')).toBe(huge.slice(-LIMIT));
});

test('where the system gives no more watches, the log is looked at now and then', async () => {
  keeper = createLogKeeper(LIMIT, () => {
    throw Object.assign(new Error('ENOSPC: System limit for number of file watchers reached'), {
      code: 'ENOSPC',
    });
  });
  append('small\n');
  keeper.watch(log);
  append('x'.repeat(2 * LIMIT));
  await until(() => existsSync(earlierLog(log)));
  expect(statSync(log).size).toBe(0);
});

test('the tail of a script whose log was turned over meanwhile goes over both', () => {
  append(`${'x'.repeat(2 * LIMIT)}\n`);
  const from = statSync(log).size;
  append('before the turn\n');
  keeper.watch(log);
  append('after the turn\n');
  expect(logTail(log, from).split('\n').slice(-2)).toEqual(['before the turn', 'after the turn']);
});

test('a file that a process has open is told from one that nobody has', async () => {
  const child = daemon('echo ready; exec sleep 1000');
  await until(() => existsSync(log) && statSync(log).size > 0);
  expect(isHeldOpen(log)).toBe(true);
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
  expect(isHeldOpen(log)).toBe(false);
  expect(isHeldOpen(join(dir, 'none'))).toBe(false);
});

function append(text: string): void {
  appendFileSync(log, text);
}
