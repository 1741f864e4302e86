import type { Database } from './database/port.ts';

const HOLD = 'backup';

/**
 * While a backup is written nothing may vanish that its picture of the database speaks of: whoever removes files looks
 * here first and comes again later.
 */
export function isBackupUnderWay(database: Pick<Database, 'isHeld'>): Promise<boolean> {
  return database.isHeld(HOLD);
}

const own = new WeakSet<object>();

/** Undefined when another one is being written, in this process or another one of the same database. */
export async function beginBackup(
  database: Pick<Database, 'isHeld' | 'hold'>,
): Promise<{ end(): Promise<void> } | undefined> {
  if (own.has(database)) return undefined;
  own.add(database);
  try {
    if (await isBackupUnderWay(database)) {
      own.delete(database);
      return undefined;
    }
    const hold = await database.hold(HOLD);
    return {
      async end() {
        own.delete(database);
        await hold.release();
      },
    };
  } catch (error) {
    own.delete(database);
    throw error;
  }
}

/** When to look again, in domain milliseconds. */
export const AFTER_BACKUP_MS = 60_000;
