import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type RunnerSetup, SPARE_PREFIX } from './protocol.ts';

test('an idle runner whose server goes before it is ready leaves nothing', async () => {
  const runsDir = mkdtempSync(join(tmpdir(), 'pipewright-spare-'));
  try {
    // Nobody will ever tell it the time.
    const setup: RunnerSetup = { runsDir, logsDir: runsDir, clockSocket: join(runsDir, 'no-clock') };
    const runner = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), JSON.stringify(setup)], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    const ended = once(runner, 'exit');
    while (!readdirSync(runsDir).some((name) => name.startsWith(SPARE_PREFIX))) await sleep(5);
    runner.stdin.end();
    await ended;
    expect(readdirSync(runsDir)).toEqual([]);
  } finally {
    rmSync(runsDir, { recursive: true, force: true });
  }
});
