import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Clock } from '../kernel/clock.ts';
import { createSystemClock } from '../kernel/clock-system.ts';
import { createTestClock, serveTestClock, type TestClock } from '../kernel/clock-test.ts';
import { retentionPeriods } from '../kernel/config/retention.ts';
import type { Config } from '../kernel/config/schema.ts';
import { createHttpServer } from '../kernel/http/http-server.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { type OpenKernel, openKernel } from '../kernel/open.ts';
import { createKeepingRoom } from '../kernel/retention/keeping-room.ts';
import { createSandbox } from '../kernel/sandbox/create-sandbox.ts';
import { createLogger, type Logger } from '../kernel/telemetry/logger.ts';
import { type AccessKey, rootOf } from '../services/iam/index.ts';
import { createDoor, refusalsWithIds } from '../wire/door/index.ts';
import type { Principal } from '../wire/operation.ts';
import { checkBuildMounts } from './build-mounts.ts';
import { consoleFolder } from './console-folder.ts';
import { lockDataFolder, refuseUnfinishedRestore, writeServerFile } from './data-folder.ts';
import { joinFellows } from './fellows.ts';
import { checkListening } from './listen-policy.ts';
import { createNativeApp } from './native/app.ts';
import { CONSOLE_PATH, NATIVE_PATH } from './native/paths.ts';
import { createConsoleSessions } from './native/sessions.ts';
import { createPipewrightOperations } from './pipewright-operations.ts';
import { createRooms, type Rooms } from './rooms.ts';
import { serverRoom } from './server-room.ts';
import { followCertificate, readTlsDoor, type TlsDoor } from './tls.ts';
import { version } from './version.ts';

export interface RunningServer {
  /** Where clients reach it, without a slash at the end. */
  readonly endpoint: string;
  /** The port that TLS is served on, where it is. */
  readonly tlsPort: number | undefined;
  readonly config: Config;
  readonly kernel: Kernel;
  readonly rooms: Rooms;
  /** Root keys of the first account. */
  readonly credentials: AccessKey;
  /** The socket that moves the test clock; only in test mode. */
  readonly testClock: TestClock | undefined;
  /** A link that signs one browser in. */
  createConsoleLink(): Promise<string>;
  /** Ends orderly: running builds go on and are taken up again at the next start. */
  close(): Promise<void>;
}

export interface StartOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logger?: Logger;
}

/** Test mode: domain time follows a clock that is moved through this socket. */
export const TEST_CLOCK_VARIABLE = 'PIPEWRIGHT_TEST_CLOCK';

/** Builds the house and opens its door. */
export async function startServer(config: Config, options: StartOptions): Promise<RunningServer> {
  const logger = options.logger ?? createLogger({ level: config.logLevel });
  const lock = lockDataFolder(config.dataDir, config.databaseUrl !== undefined);
  const undo: (() => Promise<void> | void)[] = [() => lock.release()];
  const closeAll = async () => {
    for (const step of undo.splice(0).toReversed()) await step();
  };
  try {
    refuseUnfinishedRestore(config.dataDir);
    return await open(config, options.env, logger, undo, closeAll, lock.alone);
  } catch (error) {
    await closeAll();
    throw error;
  }
}

async function open(
  config: Config,
  env: StartOptions['env'],
  logger: Logger,
  undo: (() => Promise<void> | void)[],
  closeAll: () => Promise<void>,
  alone: boolean,
): Promise<RunningServer> {
  const tls = readTlsDoor(config);
  const { clock, testClock, clockSocket } = await openClock(env, undo);
  let endpoint = config.publicUrl ?? '';
  const kernel: OpenKernel = await openKernel({
    dataDir: config.dataDir,
    ...(config.databaseUrl === undefined ? {} : { databaseUrl: config.databaseUrl }),
    alone,
    env,
    clock,
    logger,
    endpoint: () => endpoint,
    sandbox: (parts) =>
      createSandbox({
        ...parts,
        driver: config.sandbox,
        users: config.buildUsers,
        ...(clockSocket === undefined ? {} : { testClockSocket: clockSocket }),
      }),
  });
  undo.push(() => kernel.close());
  checkListening(config, kernel.sandbox.driver);
  if (tls) checkListening({ ...config, host: tls.host }, kernel.sandbox.driver);
  checkBuildMounts(config);

  const rooms = createRooms(kernel, config);
  const sessions = createConsoleSessions(kernel.database, kernel.clock, rooms.iam);
  const startedAt = kernel.clock.wall();
  const createConsoleLink = async (principal: Principal) => {
    const token = await sessions.createLink(await rooms.iam.standingOf(principal));
    return `${endpoint}${CONSOLE_PATH}#token=${token}`;
  };
  const own = createPipewrightOperations({
    kernel,
    config,
    startedAt,
    createConsoleLink,
    atRest: rooms.codecommit.atRest,
  });
  const all = [serverRoom(kernel, own), ...Object.values(rooms)];
  const keeping = createKeepingRoom(kernel, { rooms: all, periods: retentionPeriods(config) });
  await kernel.install([...all, keeping]);

  const native = getRequestListener(
    createNativeApp({
      kernel,
      iam: rooms.iam,
      logsRoom: rooms.logs,
      sessions,
      region: config.region,
      consoleFolder: consoleFolder(),
    }).fetch,
  );
  const door = createDoor({
    kernel,
    rooms: all,
    credentials: rooms.iam.credentials,
    allowedHosts: [...config.allowedHosts, ...(tls?.names ?? [])],
    native: [
      {
        prefix: NATIVE_PATH,
        async serve(request, response) {
          await native(request, response);
          return true;
        },
      },
      { prefix: '/v1/repos/', serve: rooms.codecommit.serveGit },
    ],
  });
  const server = createHttpServer(door, { refused: refusalsWithIds(logger) });
  const port = await listen(server.http, config);
  undo.push(() => server.close({ graceMs: 1_000 }));
  const secure = tls && createHttpServer(door, { tls, refused: refusalsWithIds(logger) });
  const tlsPort = (await secure?.listen(tls as TlsDoor))?.port;
  if (secure)
    undo.push(() => secure.close({ graceMs: 1_000 }), followCertificate(config, secure.http, logger));
  endpoint ||= `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`;

  const fellows = await joinFellows(kernel);
  undo.push(() => fellows.leave());
  const credentials = await rooms.iam.ensureAccount(config.account);
  await kernel.start();
  writeServerFile(config.dataDir, {
    pid: process.pid,
    endpoint,
    account: config.account,
    region: config.region,
    ...credentials,
    version,
  });
  return {
    endpoint,
    tlsPort,
    config,
    kernel,
    rooms,
    credentials,
    testClock,
    createConsoleLink: () => createConsoleLink(rootOf(config.account, credentials.accessKeyId)),
    close: closeAll,
  };
}

async function openClock(
  env: StartOptions['env'],
  undo: (() => Promise<void> | void)[],
): Promise<{ clock: Clock; testClock: TestClock | undefined; clockSocket: string | undefined }> {
  const clockSocket = env[TEST_CLOCK_VARIABLE];
  if (!clockSocket) return { clock: createSystemClock(), testClock: undefined, clockSocket: undefined };
  const testClock = createTestClock();
  undo.push(await serveTestClock(testClock, clockSocket));
  return { clock: testClock, testClock, clockSocket };
}

function listen(server: Server, config: Config): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: config.host, port: config.port }, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
