import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { on, once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { type RunnerSetup, SPARE_PREFIX } from './protocol.ts';

test('an idle runner whose server goes before it is ready leaves nothing', async () => {
  await using idle = startIdle({ clockSocket: 'no-clock' });
  // Nobody will ever tell it the time.
  await idle.made((name) => name.startsWith(SPARE_PREFIX));
  await idle.serverGoes();
  expect(idle.folders()).toEqual([]);
});

test('an idle runner whose server goes while it rehearses leaves nothing', async () => {
  await using idle = startIdle();
  await idle.made((name) => name.endsWith('-rehearsal'));
  await idle.serverGoes();
  expect(idle.folders()).toEqual([]);
});

function startIdle({ clockSocket }: { clockSocket?: string } = {}) {
  const runsDir = mkdtempSync(join(tmpdir(), 'pipewright-spare-'));
  const setup: RunnerSetup = {
    runsDir,
    logsDir: runsDir,
    ...(clockSocket !== undefined && { clockSocket: join(runsDir, clockSocket) }),
  };
  const changes = watch(runsDir);
  const runner: ChildProcessByStdio<Writable, null, null> = spawn(
    process.execPath,
    [join(import.meta.dirname, 'main.ts'), JSON.stringify(setup)],
    { stdio: ['pipe', 'ignore', 'ignore'] },
  );
  const ended = once(runner, 'exit');
  return {
    folders: () => readdirSync(runsDir),
    /** Also told when it is gone again by now. */
    async made(wanted: (name: string) => boolean) {
      for await (const [, name] of on(changes, 'change')) if (wanted(String(name))) return;
    },
    async serverGoes() {
      runner.stdin.end();
      await ended;
    },
    async [Symbol.asyncDispose]() {
      changes.close();
      runner.kill('SIGKILL');
      await ended;
      rmSync(runsDir, { recursive: true, force: true });
    },
  };
}
