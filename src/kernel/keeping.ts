import type { Database } from './database/port.ts';

const HOLD = 'backup';

/**
 * While a backup is written nothing may vanish that its picture of the database speaks of: whoever removes files looks
 * here first and comes again later.
 */
export function isBackupUnderWay(database: Pick<Database, 'isHeld'>): Promise<boolean> {
  return database.isHeld(HOLD);
}

/** Undefined when another one is being written. */
export async function beginBackup(
  database: Pick<Database, 'isHeld' | 'hold'>,
): Promise<{ end(): Promise<void> } | undefined> {
  if (await isBackupUnderWay(database)) return undefined;
  const hold = await database.hold(HOLD);
  return { end: () => hold.release() };
}

/** When to look again, in domain milliseconds. */
export const AFTER_BACKUP_MS = 60_000;
