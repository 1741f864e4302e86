import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestClock } from '../../src/kernel/clock-test.ts';
import { loadConfig } from '../../src/kernel/config/load.ts';
import type { ConfigKey } from '../../src/kernel/config/schema.ts';
import { createLogger } from '../../src/kernel/telemetry/logger.ts';
import { type RunningServer, startServer, TEST_CLOCK_VARIABLE } from '../../src/server/server.ts';
import { openWantedDatabase } from './wanted-database.ts';

export interface TestServer extends RunningServer {
  readonly dataDir: string;
  readonly clock: TestClock;
  /** What every AWS SDK client takes. */
  readonly clientConfig: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  /** For child processes: the aws CLI, git, agents. */
  readonly env: Readonly<Record<string, string>>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface TestServerOptions {
  /** `postgres` makes a database of its own; default: the one this run of the tests is for, else SQLite. */
  readonly database?: 'sqlite' | 'postgres';
  readonly config?: Readonly<Partial<Record<ConfigKey, unknown>>>;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** The whole server in this process: real door, real rooms, real sandbox, on the test clock and a free port. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'pipewright-server-'));
  const dataDir = join(folder, 'data');
  const database = await openWantedDatabase(options.database);
  const config = loadConfig({
    flags: { dataDir, port: 0, databaseUrl: database.url, logLevel: 'error', ...options.config },
    env: {},
  });
  const server = await startServer(config, {
    env: { ...options.env, [TEST_CLOCK_VARIABLE]: join(folder, 'clock.sock') },
    logger: createLogger({ level: config.logLevel, destination: process.stderr }),
  });
  const { accessKeyId, secretAccessKey } = server.credentials;
  return {
    ...server,
    dataDir,
    clock: server.testClock as TestClock,
    clientConfig: {
      endpoint: server.endpoint,
      region: config.region,
      credentials: { accessKeyId, secretAccessKey },
    },
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      AWS_ENDPOINT_URL: server.endpoint,
      AWS_REGION: config.region,
      AWS_DEFAULT_REGION: config.region,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_PAGER: '',
    },
    async [Symbol.asyncDispose]() {
      await endRuns(server);
      await server.close();
      await database.drop();
      rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
    },
  };
}

/** Builds outlive a server on purpose; those of a test must not outlive the test. */
async function endRuns({ kernel }: RunningServer): Promise<void> {
  let keys: string[] = [];
  try {
    keys = readdirSync(join(kernel.dataDir, 'runs')).filter((name) => !name.startsWith('~'));
  } catch {
    // Nothing was ever run.
  }
  for (const key of keys) if (await kernel.sandbox.known(key)) await kernel.sandbox.cancel(key, 0);
}
