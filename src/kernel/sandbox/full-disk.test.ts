import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { smallDisk } from '../../../testkit/support/small-disk.ts';
import { createSystemClock } from '../clock-system.ts';
import { createFileLogStreams } from '../log-streams/file-log-streams.ts';
import { createLogger } from '../telemetry/logger.ts';
import { createSandbox } from './create-sandbox.ts';
import type { SandboxSpec } from './port.ts';
import { probeBubblewrap } from './probe.ts';
import { defaultRunAs } from './run-as.ts';

const clock = createSystemClock();
const forever = new AbortController().signal;

test.for(['process', 'bubblewrap'] as const)(
  'on a full disk a command waits, can be cancelled, and goes on when there is room: %s',
  async (driver, { skip }) => {
    if (driver === 'bubblewrap' && probeBubblewrap(defaultRunAs()).kind === 'missing')
      return skip('bubblewrap does not work here');
    const disk = smallDisk(16);
    if (!disk) return skip('mounting a small disk needs root');
    const logger = createLogger({ level: 'silent' });
    const sandbox = await createSandbox({ dataDir: disk.dir, clock, logger, driver, spares: 2 });
    try {
      const logs = createFileLogStreams({ dir: join(disk.dir, 'logs'), clock });
      const start = async (key: string, script: string) => {
        const workDir = join(sandbox.workRoot, key);
        mkdirSync(workDir);
        const spec: SandboxSpec = {
          argv: ['sh', '-c', script],
          env: { PATH: '/usr/bin:/bin' },
          workDir,
          cwd: workDir,
          network: false,
          limits: { timeoutMs: 3.6e6, memoryBytes: 5e8, processes: 200, outputBytes: 1e8, diskBytes: 1e9 },
          logStream: key,
          masks: [],
        };
        await sandbox.start(key, spec);
        return sandbox.wait(key, {}, forever);
      };
      const ballast = join(disk.dir, 'ballast');
      writeFileSync(ballast, Buffer.alloc(6 * 1024 * 1024));
      const writing = start(
        'writing',
        'head -c 5000000 /dev/zero | tr "\\0" x | fold -w 1000; echo; echo "last line"',
      );
      const unwanted = start('unwanted', 'yes');
      const room = () => statfsSync(disk.dir).bavail;
      while (room() > 0) await delay(20);
      await sandbox.cancel('unwanted', 100);
      rmSync(ballast);
      expect(await unwanted).toMatchObject({ kind: 'cancelled' });
      await logs.remove('unwanted');
      expect(await writing).toMatchObject({ kind: 'exited', exitCode: 0 });
      const [last] = await logs.last('writing', 1);
      expect(last?.text).toBe('last line');
    } finally {
      await sandbox.close();
      rmSync(sandbox.workRoot, { recursive: true, force: true, maxRetries: 20 });
      disk.unmount();
    }
  },
);
