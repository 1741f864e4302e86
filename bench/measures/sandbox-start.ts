import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createSystemClock } from '../../src/kernel/clock-system.ts';
import { createSandbox } from '../../src/kernel/sandbox/create-sandbox.ts';
import { createLogger } from '../../src/kernel/telemetry/logger.ts';
import { inFolder } from '../support/folder.ts';
import { figure, type Measure, percentile } from '../support/result.ts';

const RUNS = 100;

/** Asked to start → the command has started, with a little rest between runs, beside a bare spawn. */
export const sandboxStart: Measure = {
  name: 'sandbox-start',
  async run() {
    return await inFolder(async (dir) => {
      const sandbox = await createSandbox({
        dataDir: dir,
        clock: createSystemClock(),
        logger: createLogger({ level: 'silent' }),
        driver: 'process',
      });
      const times: number[] = [];
      await new Promise((resolve) => setTimeout(resolve, 1000));
      for (let n = 0; n < RUNS; n++) {
        const workDir = join(sandbox.workRoot, String(n));
        mkdirSync(workDir, { recursive: true });
        const start = performance.now();
        await sandbox.start(`run-${n}`, {
          argv: ['/bin/true'],
          env: {},
          workDir,
          cwd: workDir,
          network: false,
          limits: {
            timeoutMs: 60_000,
            memoryBytes: 2 ** 30,
            processes: 100,
            outputBytes: 2 ** 20,
            diskBytes: 2 ** 30,
          },
          logStream: `bench/${n}`,
          masks: [],
        });
        times.push(performance.now() - start);
        const end = await sandbox.wait(`run-${n}`, {}, new AbortController().signal);
        if (end.kind !== 'exited' || end.exitCode !== 0) throw new Error(JSON.stringify(end));
        rmSync(workDir, { recursive: true, force: true, maxRetries: 20 });
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      await sandbox.close();
      const bare: number[] = [];
      for (let n = 0; n < RUNS; n++) bare.push(await bareSpawn());
      return [
        figure('ready → sandbox started, p50', percentile(times, 0.5), 'ms', percentile(bare, 0.5)),
        figure(
          'ready → sandbox started, p99',
          percentile(times, 0.99),
          'ms',
          percentile(bare, 0.99),
          '< 25 ms',
        ),
      ];
    });
  },
};

function bareSpawn(): Promise<number> {
  return new Promise((resolve) => {
    const start = performance.now();
    const child = spawn('/bin/true', { stdio: 'ignore' });
    let started = 0;
    child.once('spawn', () => {
      started = performance.now() - start;
    });
    child.once('exit', () => resolve(started));
  });
}
