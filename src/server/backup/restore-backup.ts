import { cp, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { listTables } from '../../kernel/database/catalog.ts';
import { openDatabase } from '../../kernel/database/open.ts';
import type { Database } from '../../kernel/database/port.ts';
import type { Failpoints } from '../../kernel/failpoints.ts';
import { type Keyring, openKeyring } from '../../kernel/secrets/keyring.ts';
import { lockDataFolder, UNFINISHED_RESTORE } from '../data-folder.ts';
import { houseMigrations } from '../migrations.ts';
import { BackupError } from './errors.ts';
import { loadRows } from './load-rows.ts';
import { type BackupManifest, END_FILE, MANIFEST_FILE, ROWS_FOLDER, SQLITE_FILE } from './manifest.ts';
import { type StagedBackup, stageBackup } from './stage-backup.ts';

export interface RestoreOptions {
  readonly file: string;
  /** Made when missing; otherwise empty. */
  readonly dataDir: string;
  /** An empty PostgreSQL database; without it the rows go into a SQLite file in the folder. */
  readonly databaseUrl?: string;
  /** Folder of the master keys, put into the data folder. */
  readonly keys?: string;
  readonly failpoints?: Failpoints;
}

/**
 * Makes a data folder and its database from a backup. Everything is unpacked and checked below the folder first; the
 * rows are one transaction. What fails leaves folder and database as they were; what is killed in the middle leaves a
 * folder that no server starts on.
 */
export async function restoreBackup(options: RestoreOptions): Promise<BackupManifest> {
  const { file, dataDir, databaseUrl, keys, failpoints } = options;
  const before = await readdir(dataDir).catch(() => undefined);
  if (before !== undefined && before.length > 0)
    throw new Error(
      before.includes(UNFINISHED_RESTORE)
        ? `${dataDir} holds the remains of a restore that was cut short: remove it (and make its database anew), then restore again`
        : `${dataDir} is not empty; restore into a folder that is empty or does not exist yet`,
    );
  const keyring = keys === undefined ? undefined : await openKeys(keys);
  const lock = lockDataFolder(dataDir);
  const staging = join(dataDir, UNFINISHED_RESTORE);
  let done = false;
  try {
    await mkdir(staging, { mode: 0o700 });
    const target = databaseUrl === undefined ? undefined : await openEmpty(databaseUrl);
    let staged: StagedBackup;
    try {
      staged = await stageBackup(file, staging, houseMigrations);
      if (keyring !== undefined) await checkFit(staging, keyring);
      if (keys !== undefined) await cp(keys, join(staging, 'keys'), { recursive: true });
      failpoints?.hit('restore:staged');
      await fill(target, staging, staged, async () => {
        failpoints?.hit('restore:loaded');
        await place(staging, dataDir);
        failpoints?.hit('restore:placed');
      });
      failpoints?.hit('restore:committed');
    } finally {
      await target?.close();
    }
    done = true;
    await rm(staging, { recursive: true });
    return staged.manifest;
  } catch (error) {
    throw error instanceof BackupError
      ? new Error(`${file} cannot be restored: ${error.message}. Nothing was changed.`)
      : error;
  } finally {
    lock.release();
    if (!done) await undo(dataDir, before !== undefined);
  }
}

/** The folder is put in place before the rows are committed: a commit that fails undoes both. */
async function fill(
  target: Database | undefined,
  staging: string,
  { migrations, end }: StagedBackup,
  putInPlace: () => Promise<void>,
): Promise<void> {
  const rows = join(staging, ROWS_FOLDER);
  if (target !== undefined) {
    await target.transaction(async (tx) => {
      await loadRows(tx, rows, migrations, end.rows);
      await putInPlace();
    });
    return;
  }
  const own = await openDatabase(join(staging, SQLITE_FILE));
  try {
    await own.transaction((tx) => loadRows(tx, rows, migrations, end.rows));
  } finally {
    await own.close();
  }
  await putInPlace();
}

async function place(staging: string, dataDir: string): Promise<void> {
  for (const name of await readdir(staging)) {
    if (name === MANIFEST_FILE || name === END_FILE || name === ROWS_FOLDER) continue;
    await rename(join(staging, name), join(dataDir, name));
  }
}

async function openEmpty(url: string): Promise<Database> {
  const database = await openDatabase(url).catch((error: unknown) => {
    throw new Error(`the database cannot be opened: ${(error as Error).message}`);
  });
  const tables = await listTables(database.read);
  if (tables.length === 0) return database;
  await database.close();
  const names = tables.slice(0, 3).map(({ name }) => name);
  throw new Error(
    `the database is not empty (it has ${tables.length} tables: ${names.join(', ')} …); make a new one for the restore`,
  );
}

async function openKeys(keys: string): Promise<Keyring> {
  const names = await readdir(keys).catch(() => []);
  if (!names.some((name) => name.endsWith('.key'))) throw new Error(`there are no master keys in ${keys}`);
  return openKeyring(keys);
}

/** Every account has a key of its own, sealed: the id of the master key stands before it. */
async function checkFit(staging: string, keyring: Keyring): Promise<void> {
  const folder = join(staging, ROWS_FOLDER, 'iam_access_keys');
  for (const name of await readdir(folder).catch(() => []))
    for (const [, id] of (await readFile(join(folder, name), 'utf8')).matchAll(/"v1\.([0-9a-f]{16})\./g))
      if (!keyring.has(id as string))
        throw new BackupError(`it is sealed with the master key ${id}, which is not among the keys given`);
}

async function undo(dataDir: string, wasThere: boolean): Promise<void> {
  if (!wasThere) return await rm(dataDir, { recursive: true, force: true });
  for (const name of await readdir(dataDir)) await rm(join(dataDir, name), { recursive: true, force: true });
}
