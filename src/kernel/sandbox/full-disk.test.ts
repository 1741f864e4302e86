import { appendFileSync, mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { smallDisk } from '../../../testkit/support/small-disk.ts';
import { createSystemClock } from '../clock-system.ts';
import { createFileLogStreams } from '../log-streams/file-log-streams.ts';
import { processStat } from '../runner/identity.ts';
import { readJournal } from '../runner/journal.ts';
import { createLogger } from '../telemetry/logger.ts';
import { createSandbox } from './create-sandbox.ts';
import type { SandboxSpec } from './port.ts';
import { probeBubblewrap } from './probe.ts';
import { defaultRunAs } from './run-as.ts';

const clock = createSystemClock();
const forever = new AbortController().signal;

const DRIVERS = ['process', 'bubblewrap'] as const;

/** A sandbox on a small disk of its own; undefined, and why, where there can be none. */
async function openOnSmallDisk(driver: (typeof DRIVERS)[number]) {
  if (driver === 'bubblewrap' && probeBubblewrap(defaultRunAs()).kind === 'missing')
    return 'bubblewrap does not work here';
  const disk = smallDisk(16);
  if (!disk) return 'mounting a small disk needs root';
  const logger = createLogger({ level: 'silent' });
  const sandbox = await createSandbox({ dataDir: disk.dir, clock, logger, driver, spares: 2 });
  const workDir = (key: string) => join(sandbox.workRoot, key);
  return {
    dir: disk.dir,
    logs: createFileLogStreams({ dir: join(disk.dir, 'logs'), clock }),
    sandbox,
    workDir,
    ballast: join(disk.dir, 'ballast'),
    async start(key: string, script: string) {
      const cwd = workDir(key);
      mkdirSync(cwd, { recursive: true });
      const spec: SandboxSpec = {
        argv: ['sh', '-c', script],
        env: { PATH: '/usr/bin:/bin' },
        workDir: cwd,
        cwd,
        network: false,
        limits: { timeoutMs: 3.6e6, memoryBytes: 5e8, processes: 200, outputBytes: 1e8, diskBytes: 1e9 },
        logStream: key,
        masks: [],
      };
      await sandbox.start(key, spec);
    },
    wait: (key: string) => sandbox.wait(key, {}, forever),
    async [Symbol.asyncDispose]() {
      await sandbox.close();
      rmSync(sandbox.workRoot, { recursive: true, force: true, maxRetries: 20 });
      disk.unmount();
    },
  };
}

test.for(DRIVERS)(
  'on a full disk a command waits, can be cancelled, and goes on when there is room: %s',
  async (driver, { skip }) => {
    const opened = await openOnSmallDisk(driver);
    if (typeof opened === 'string') return skip(opened);
    await using lab = opened;
    const { sandbox, logs, ballast } = lab;
    const start = async (key: string, script: string) => {
      await lab.start(key, script);
      return lab.wait(key);
    };
    writeFileSync(ballast, Buffer.alloc(6 * 1024 * 1024));
    const writing = start(
      'writing',
      'head -c 5000000 /dev/zero | tr "\\0" x | fold -w 1000; echo; echo "last line"',
    );
    const unwanted = start('unwanted', 'yes');
    const room = () => statfsSync(lab.dir).bavail;
    while (room() > 0) await delay(20);
    await sandbox.cancel('unwanted', 100);
    rmSync(ballast);
    expect(await unwanted).toMatchObject({ kind: 'cancelled' });
    await logs.remove('unwanted');
    expect(await writing).toMatchObject({ kind: 'exited', exitCode: 0 });
    const [last] = await logs.last('writing', 1);
    expect(last?.text).toBe('last line');
  },
);

/** Longer than a runner reads a pipe from which nothing comes: who gave up has done so by then. */
const LONG_AFTER_MS = 4_000;

test.for(DRIVERS)(
  'what a command says and reports last, on a full disk, waits for room when it has ended: %s',
  async (driver, { skip }) => {
    const opened = await openOnSmallDisk(driver);
    if (typeof opened === 'string') return skip(opened);
    await using lab = opened;
    mkdirSync(lab.workDir('ending'));
    const hold = join(lab.workDir('ending'), 'hold');
    writeFileSync(hold, '');
    // Fewer bytes than a pipe takes: the command need not wait for anybody. It pauses so that the last ones come when the
    // ones before wait already.
    const script = `seq 2500; echo '"one"' >&3; sleep 0.5; echo "last line"; echo '"two"' >&3; exit 3`;
    await lab.start('ending', `echo up; while [ -e hold ]; do sleep 0.05; done; ${script}`);
    const ended = processEnds(lab.dir, 'ending');
    try {
      for (;;) appendFileSync(lab.ballast, Buffer.alloc(4096));
    } catch (error) {
      expect(error).toMatchObject({ code: 'ENOSPC' });
    }
    rmSync(hold);
    await ended;
    await delay(LONG_AFTER_MS);
    rmSync(lab.ballast);
    expect(await lab.wait('ending')).toMatchObject({ kind: 'exited', exitCode: 3 });
    const [last] = await lab.logs.last('ending', 1);
    expect(last?.text).toBe('last line');
    const reports: unknown[] = [];
    const onReport = async ({ data }: { readonly data: unknown }) => void reports.push(data);
    await lab.sandbox.wait('ending', { onReport }, forever);
    expect(reports).toEqual(['one', 'two']);
  },
);

/** Resolves when the process that a run's journal names has ended. */
async function processEnds(dataDir: string, key: string): Promise<void> {
  const reader = readJournal(join(dataDir, 'runs', key));
  const started = reader?.more().find((record) => record.kind === 'started');
  reader?.close();
  const pid = started?.process.pid ?? 0;
  expect(pid).toBeGreaterThan(0);
  for (let stat = processStat(pid); stat && stat.state !== 'Z'; stat = processStat(pid)) await delay(20);
}
