import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestClock, type TestClock } from '../../src/kernel/clock-test.ts';
import { type OpenKernel, openKernel } from '../../src/kernel/open.ts';
import type { Room } from '../../src/kernel/room.ts';
import type { Sandbox } from '../../src/kernel/sandbox/port.ts';
import { createLogger } from '../../src/kernel/telemetry/logger.ts';
import { openWantedDatabase } from './wanted-database.ts';

export interface TestKernel extends OpenKernel {
  readonly clock: TestClock;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface TestKernelOptions {
  readonly databaseUrl?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The real one is opened by tests that run commands; without it a run is refused. */
  readonly sandbox?: Parameters<typeof openKernel>[0]['sandbox'];
  /**
   * Kept when given, and with it the SQLite file unless a URL is given as well. Otherwise a temporary folder that goes
   * with the kernel, and a database of the kind that this run of the tests is for.
   */
  readonly dataDir?: string;
}

/** A real ground floor in a temporary folder, on the test clock. */
export async function openTestKernel(options: TestKernelOptions = {}): Promise<TestKernel> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'pipewright-test-'));
  const clock = createTestClock();
  const own = options.dataDir === undefined && options.databaseUrl === undefined;
  const database = await openWantedDatabase(own ? undefined : 'sqlite');
  const databaseUrl = options.databaseUrl ?? database.url;
  const kernel = await openKernel({
    dataDir,
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    env: options.env ?? {},
    clock,
    logger: createLogger({ level: 'silent' }),
    endpoint: () => 'http://127.0.0.1:1',
    sandbox: options.sandbox ?? (async () => noSandbox()),
  });
  return {
    ...kernel,
    clock,
    async [Symbol.asyncDispose]() {
      await kernel.close();
      await database.drop();
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true, maxRetries: 20 });
    },
  };
}

/** Installs rooms and starts. */
export async function startTestKernel(kernel: TestKernel, rooms: readonly Room[]): Promise<void> {
  await kernel.install(rooms);
  await kernel.start();
}

function noSandbox(): Sandbox {
  const refuse = () => Promise.reject(new Error('this test has no sandbox'));
  return {
    driver: 'process',
    workRoot: tmpdir(),
    refusesUser: () => 'this test has no sandbox',
    start: refuse,
    wait: refuse,
    cancel: refuse,
    known: async () => false,
    forget: async () => {},
    close: async () => {},
  };
}
