import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { errorText } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import type { OpenKernel } from '../kernel/open.ts';

/** A name of the folder's own: two servers may call one folder by different paths. */
const FOLDER_FILE = 'folder.lock';
const CHANNEL = 'servers';
/** A server whose connection broke is back within this time, and one that is gone is not. */
const RETURN_MS = 2_500;

interface Fellow {
  readonly id: string;
  readonly folder: string;
  readonly endpoint: string;
}

export class OtherFolderError extends Error {
  constructor(endpoint: string, dataDir: string) {
    super(
      `The server at ${endpoint} works on this database with another data folder. Servers of one database share their ` +
        `folder: repositories, objects and logs lie in it. Start this one on that folder instead of ${dataDir}.`,
    );
    this.name = 'OtherFolderError';
  }
}

/**
 * Joins the servers of this database (PostgreSQL; a SQLite file has one). They watch each other through names held in the
 * database: when one is gone the others take up what it had in hand. Refuses to join those who use another data folder.
 */
export async function joinFellows(kernel: OpenKernel): Promise<{ leave(): Promise<void> }> {
  const { database, dataDir, logger } = kernel;
  if (database.dialect === 'sqlite') return { leave: async () => {} };
  const id = newId();
  const folder = folderName(dataDir);
  const end = new AbortController();
  const watched = new Set<string>();

  const alive = async (): Promise<Fellow[]> => {
    const rows = await database.read.query<{ id: string; folder: string; endpoint: string }>(
      'select id, folder, endpoint from servers where id <> ?',
      [id],
    );
    const found: Fellow[] = [];
    for (const row of rows) {
      if (await database.isHeld(holdName(row.id))) found.push(row);
      else await forget(kernel, row.id);
    }
    return found;
  };
  const watch = async (fellow: Fellow): Promise<void> => {
    while (!end.signal.aborted) {
      await database.whenReleased(holdName(fellow.id), end.signal);
      await delay(RETURN_MS, undefined, { signal: end.signal }).catch(() => {});
      if (end.signal.aborted) return;
      if (await database.isHeld(holdName(fellow.id))) continue;
      await forget(kernel, fellow.id);
      logger.info(
        { endpoint: fellow.endpoint },
        'another server of this database is gone; its work is taken over',
      );
      return kernel.takeOver();
    }
  };
  const look = async () => {
    for (const fellow of await alive()) {
      if (watched.has(fellow.id)) continue;
      watched.add(fellow.id);
      watch(fellow).catch((error: unknown) => {
        watched.delete(fellow.id);
        if (!end.signal.aborted)
          logger.error({ error: errorText(error) }, 'another server of this database could not be watched');
      });
    }
  };

  let unlisten: (() => void) | undefined;
  const hold = await database.hold(holdName(id));
  const leave = async () => {
    end.abort();
    unlisten?.();
    await forget(kernel, id).catch(() => {});
    await hold.release();
  };
  try {
    // Written before the others are looked at: of two who start at once with different folders one sees the other.
    await database.transaction(async (tx) => {
      await tx.execute('insert into servers (id, folder, endpoint, started_at) values (?, ?, ?, ?)', [
        id,
        folder,
        kernel.endpoint(),
        kernel.clock.wall(),
      ]);
      database.notify(tx, CHANNEL, id);
    });
    const stranger = (await alive()).find((fellow) => fellow.folder !== folder);
    if (stranger) throw new OtherFolderError(stranger.endpoint, dataDir);
    unlisten = database.listen(CHANNEL, () => void look().catch(() => {}));
    await look();
    return { leave };
  } catch (error) {
    await leave();
    throw error;
  }
}

function holdName(id: string): string {
  return `server/${id}`;
}

async function forget({ database }: OpenKernel, id: string): Promise<void> {
  await database.transaction((tx) => tx.execute('delete from servers where id = ?', [id]));
}

function folderName(dataDir: string): string {
  const path = join(dataDir, FOLDER_FILE);
  try {
    writeFileSync(path, randomUUID(), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(path, 'utf8');
}
