import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadConfig } from '../../kernel/config/load.ts';
import { openDatabase } from '../../kernel/database/open.ts';
import { SQLITE_FILE } from '../../server/backup/manifest.ts';
import { writeBackup } from '../../server/backup/write-backup.ts';
import { DataFolderInUseError, lockDataFolder } from '../../server/data-folder.ts';
import { dataFolder, findConnection } from '../client/connection.ts';
import { ownService } from '../client/own-service.ts';
import { formatBytes } from '../doctor/sizes.ts';

export interface BackupOptions {
  readonly data?: string;
  readonly databaseUrl?: string;
}

/** Asks the server that runs on the folder; without one does it here. */
export async function backup(file: string, options: BackupOptions): Promise<number> {
  const dataDir = dataFolder(options.data);
  const target = resolve(file);
  if (existsSync(target)) throw new Error(`${target} is there already; backups are never written over`);
  if (!existsSync(dataDir)) throw new Error(`there is no data folder ${dataDir}`);
  const { bytes, by } = await write(dataDir, target, options);
  process.stdout.write(`${target} (${formatBytes(bytes)}, written by ${by})\n`);
  process.stdout.write(`The master keys are not in it: keep ${join(dataDir, 'keys')} elsewhere, too.\n`);
  return 0;
}

async function write(
  dataDir: string,
  target: string,
  { databaseUrl }: BackupOptions,
): Promise<{ readonly bytes: number; readonly by: string }> {
  let lock: { release(): void };
  try {
    lock = lockDataFolder(dataDir);
  } catch (error) {
    if (!(error instanceof DataFolderInUseError)) throw error;
    const { bytes } = await ownService(findConnection({ data: dataDir })).createBackup(target);
    return { bytes, by: 'the running server' };
  }
  try {
    const config = loadConfig({ flags: { dataDir, databaseUrl }, env: process.env });
    const location = config.databaseUrl ?? join(dataDir, SQLITE_FILE);
    if (config.databaseUrl === undefined && !existsSync(location))
      throw new Error(
        `no server has run on ${dataDir} with SQLite; if its database is PostgreSQL, name it with --database-url`,
      );
    const database = await openDatabase(location);
    try {
      const { bytes } = await writeBackup({ dataDir, database, now: Date.now() }, target);
      return { bytes, by: 'this command, no server runs' };
    } finally {
      await database.close();
    }
  } finally {
    lock.release();
  }
}
