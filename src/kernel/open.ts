import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createFileBlobs } from './blobs/file-blobs.ts';
import { createChanges } from './changes/changes.ts';
import type { Clock } from './clock.ts';
import { withAccompaniment } from './database/accompany.ts';
import { openDatabase } from './database/open.ts';
import { createFailpoints } from './failpoints.ts';
import type { Kernel } from './kernel.ts';
import { createFileLogStreams } from './log-streams/file-log-streams.ts';
import { createOutbox } from './outbox/outbox.ts';
import type { Room } from './room.ts';
import type { Sandbox } from './sandbox/port.ts';
import { openKeyring } from './secrets/keyring.ts';
import { createSecretBox } from './secrets/secret-box.ts';
import { kernelMigrations } from './tables.ts';
import { createTaskQueue } from './tasks/queue.ts';
import type { Logger } from './telemetry/logger.ts';
import type { Transitions } from './transitions/port.ts';
import { createTransitions } from './transitions/transitions.ts';

export interface KernelOptions {
  /** Made when missing, mode 0700. */
  readonly dataDir: string;
  /** `postgres://…`; the file `pipewright.db` in the data folder when absent. */
  readonly databaseUrl?: string;
  /** False when another process works in the same folder. */
  readonly alone?: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly endpoint: () => string;
  /** Opens the sandbox once the data folder stands. */
  readonly sandbox: (parts: {
    readonly dataDir: string;
    readonly clock: Clock;
    readonly logger: Logger;
  }) => Promise<Sandbox>;
}

export interface OpenKernel extends Kernel {
  /** Registers what the rooms bring and applies their migrations. Once, before `start`. */
  install(rooms: readonly Room[]): Promise<void>;
  /** Lets the rooms pick up what an earlier process left, then begins to take tasks and events. */
  start(): Promise<void>;
  /**
   * Another process of this database is gone: takes up what it had in hand. The rooms start again beside what they do.
   */
  takeOver(): Promise<void>;
  /** Takes no more work, waits for what is under way, closes everything. Closing twice is allowed. */
  close(): Promise<void>;
}

/** Folder below the data folder for files that no process outlives. */
const TEMPORARY = 'tmp';

/** Builds the ground floor. */
export async function openKernel(options: KernelOptions): Promise<OpenKernel> {
  const { dataDir, clock, logger, env } = options;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  // What tasks of an earlier process had in hand when it died; each begins anew.
  if (options.alone !== false) rmSync(join(dataDir, TEMPORARY), { recursive: true, force: true });
  const keyring = openKeyring(join(dataDir, 'keys'), env);
  const failpoints = createFailpoints(env);
  const { database, accompany } = withAccompaniment(
    await openDatabase(options.databaseUrl ?? join(dataDir, 'pipewright.db')),
  );
  const changes = createChanges(database);
  const outbox = createOutbox({ database, clock, logger, failpoints });
  // The queue delivers inputs and transitions enqueue tasks: the two know each other.
  let late: Transitions | undefined;
  const tasks = createTaskQueue({
    database,
    clock,
    failpoints,
    logger,
    transitions: () => late as Transitions,
  });
  const transitions = createTransitions({ database, clock, tasks, outbox, changes, failpoints });
  late = transitions;
  const blobs = await createFileBlobs({ dir: join(dataDir, 'blobs'), keyring, failpoints });
  const logs = createFileLogStreams({
    dir: join(dataDir, 'logs'),
    clock,
    stalled: (id, error) =>
      logger.warn({ stream: id, error: error.message }, 'a log waits for room on the disk'),
  });
  const sandbox = await options.sandbox({ dataDir, clock, logger });
  let installed: readonly Room[] = [];
  let closing: Promise<void> | undefined;

  const close = async () => {
    await tasks.stop();
    await outbox.stop();
    for (const room of installed.toReversed()) await room.stop?.();
    await sandbox.close();
    await database.close();
  };
  return {
    dataDir,
    endpoint: options.endpoint,
    clock,
    database,
    accompany,
    transitions,
    tasks,
    outbox,
    changes,
    blobs,
    logs,
    sandbox,
    failpoints,
    logger,
    secrets: createSecretBox(keyring),
    async install(rooms) {
      installed = rooms;
      await database.migrate([...kernelMigrations, ...rooms.flatMap((room) => room.migrations)]);
      for (const type of rooms.flatMap((room) => room.aggregates)) transitions.register(type);
      for (const definition of rooms.flatMap((room) => room.tasks)) tasks.define(definition as never);
    },
    async start() {
      for (const room of installed) await room.start?.();
      outbox.start();
      tasks.start();
    },
    async takeOver() {
      await tasks.takeOver();
      for (const room of installed) await room.start?.();
    },
    close: () => (closing ??= close()),
  };
}
