import { spawnSync } from 'node:child_process';
import { chmodSync, constants, mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestClock, serveTestClock, type TestClock } from '../../src/kernel/clock-test.ts';
import { createFileLogStreams } from '../../src/kernel/log-streams/file-log-streams.ts';
import type { LogStreams } from '../../src/kernel/log-streams/port.ts';
import type { RunEnd, RunReport, Sandbox, SandboxSpec } from '../../src/kernel/sandbox/port.ts';
import { createLogger } from '../../src/kernel/telemetry/logger.ts';
import type { SandboxDriver } from './driver.ts';

/** A data folder with a sandbox in it, for tests that run shell scripts. */
export interface SandboxLab {
  readonly dataDir: string;
  readonly sandbox: Sandbox;
  readonly logs: LogStreams;
  readonly clock: TestClock;
  /** Another sandbox on the same folder, as a server that was started again has. */
  open(): Promise<Sandbox>;
  run(script: string, changes?: Changes): LabRun;
  close(): Promise<void>;
}

type Changes = Partial<Omit<SandboxSpec, 'limits'>> & { readonly limits?: Partial<SandboxSpec['limits']> };

/** One run: its log stream has the name of its key. */
export interface LabRun {
  readonly key: string;
  readonly spec: SandboxSpec;
  start(): Promise<void>;
  wait(): Promise<RunEnd>;
  startAndWait(): Promise<RunEnd>;
  reports(afterReport?: number): Promise<readonly RunReport[]>;
  lines(): Promise<string[]>;
  /** Resolves when the log holds this line. */
  saw(line: string): Promise<void>;
  /** A FIFO `alive` in the work folder; resolves when nobody holds it open for writing any more. */
  fifo(): Promise<void>;
}

const forever = new AbortController().signal;

export async function openSandboxLab(driver: SandboxDriver): Promise<SandboxLab> {
  const dataDir = mkdtempSync(join(tmpdir(), 'sandbox-'));
  const clock = createTestClock();
  const testClockSocket = join(dataDir, 'clock.sock');
  const stopClock = await serveTestClock(clock, testClockSocket);
  const logs = createFileLogStreams({ dir: join(dataDir, 'logs'), clock });
  const opened: Sandbox[] = [];
  const open = async () => {
    const sandbox = await driver.open({
      dataDir,
      clock,
      logger: createLogger({ level: 'silent' }),
      testClockSocket,
    });
    opened.push(sandbox);
    return sandbox;
  };
  const sandbox = await open();
  let runs = 0;

  const run = (script: string, { limits, ...changes }: Changes = {}): LabRun => {
    const key = `run-${++runs}`;
    const workDir = join(sandbox.workRoot, key);
    mkdirSync(workDir, { mode: 0o700 });
    const spec: SandboxSpec = {
      argv: ['sh', '-c', script],
      env: { PATH: '/usr/bin:/bin' },
      workDir,
      cwd: workDir,
      network: false,
      limits: {
        timeoutMs: 3_600_000,
        memoryBytes: 512 * 1024 * 1024,
        processes: 200,
        outputBytes: 100_000_000,
        diskBytes: 1_000_000_000,
        ...limits,
      },
      logStream: key,
      masks: [],
      ...changes,
    };
    return {
      key,
      spec,
      start: () => sandbox.start(key, spec),
      wait: () => sandbox.wait(key, {}, forever),
      async startAndWait() {
        await sandbox.start(key, spec);
        return sandbox.wait(key, {}, forever);
      },
      async reports(afterReport = 0) {
        const reports: RunReport[] = [];
        const onReport = async (report: RunReport, count: number) => {
          if (count !== afterReport + reports.length + 1) throw new Error(`report ${count} came out of turn`);
          reports.push(report);
        };
        await sandbox.wait(key, { onReport, afterReport }, forever);
        return reports;
      },
      lines: async () => (await logs.read(spec.logStream, 0, 1_000_000)).map(({ text }) => text),
      async saw(line) {
        for await (const batch of logs.tail(spec.logStream, 0, forever))
          if (batch.some(({ text }) => text === line)) return;
      },
      fifo() {
        const path = join(workDir, 'alive');
        spawnSync('mkfifo', [path]);
        chmodSync(path, 0o666);
        const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
        const socket = new Socket({ fd, readable: true, writable: false }).resume();
        return new Promise((resolve) => socket.once('close', () => resolve()));
      },
    };
  };
  return {
    dataDir,
    sandbox,
    logs,
    clock,
    open,
    run,
    async close() {
      for (const each of opened) await each.close();
      await stopClock();
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 20 });
      rmSync(sandbox.workRoot, { recursive: true, force: true, maxRetries: 20 });
    },
  };
}
