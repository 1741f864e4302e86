import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openDatabase } from '../../kernel/database/open.ts';
import { DATABASE_FILE } from '../../server/backup/manifest.ts';
import { writeBackup } from '../../server/backup/write-backup.ts';
import { DataFolderInUseError, lockDataFolder } from '../../server/data-folder.ts';
import { dataFolder, findConnection } from '../client/connection.ts';
import { ownService } from '../client/own-service.ts';
import { formatBytes } from '../doctor/sizes.ts';

/** Asks the server that runs on the folder; without one does it here. */
export async function backup(file: string, options: { readonly data?: string }): Promise<number> {
  const dataDir = dataFolder(options.data);
  const target = resolve(file);
  if (existsSync(target)) throw new Error(`${target} is there already; backups are never written over`);
  if (!existsSync(dataDir)) throw new Error(`there is no data folder ${dataDir}`);
  const { bytes } = await write(dataDir, target);
  process.stdout.write(`${target} (${formatBytes(bytes)})\n`);
  process.stdout.write(`The master keys are not in it: keep ${join(dataDir, 'keys')} elsewhere, too.\n`);
  return 0;
}

async function write(dataDir: string, target: string): Promise<{ readonly bytes: number }> {
  let lock: { release(): void };
  try {
    lock = lockDataFolder(dataDir);
  } catch (error) {
    if (!(error instanceof DataFolderInUseError)) throw error;
    return await ownService(findConnection({ data: dataDir })).createBackup(target);
  }
  try {
    if (!existsSync(join(dataDir, DATABASE_FILE))) throw new Error(`no server has run on ${dataDir}`);
    const database = await openDatabase(join(dataDir, DATABASE_FILE));
    try {
      return await writeBackup({ dataDir, database, now: Date.now() }, target);
    } finally {
      await database.close();
    }
  } finally {
    lock.release();
  }
}
