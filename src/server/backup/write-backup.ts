import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack as createPack, type Pack } from 'tar-stream';
import type { Database } from '../../kernel/database/port.ts';
import { ApiError } from '../../kernel/errors.ts';
import { version } from '../version.ts';
import { type BackupManifest, DATABASE_FILE, MANIFEST_FILE } from './manifest.ts';
import { filesToBackUp } from './select-files.ts';

interface Parts {
  readonly dataDir: string;
  readonly database: Database;
  /** Domain milliseconds. */
  readonly now: number;
}

/**
 * Writes one archive of a data folder, also while the server works on it: the database snapshot first, so that all
 * that it refers to is there already, then blobs, logs and repositories. The master keys are never in it. The file
 * appears whole or not at all.
 */
export async function writeBackup(
  { dataDir, database, now }: Parts,
  file: string,
): Promise<{ readonly bytes: number }> {
  if (database.dialect !== 'sqlite') {
    throw new ApiError(
      'OperationNotSupportedException',
      'The database is PostgreSQL: back it up with pg_dump, and the data folder as files.',
    );
  }
  const snapshot = join(dataDir, `.backup-${randomUUID()}.db`);
  const unfinished = join(dirname(file), `.${randomUUID()}.unfinished`);
  const manifest: BackupManifest = {
    format: 1,
    version,
    createdAt: new Date(now).toISOString(),
    database: 'sqlite',
  };
  try {
    await database.backup(snapshot);
    const pack = createPack();
    const filling = fill(pack, manifest, snapshot, dataDir).catch((error: unknown) =>
      pack.destroy(error as Error),
    );
    await pipeline(
      pack,
      createGzip({ level: 3 }),
      createWriteStream(unfinished, { flags: 'wx', mode: 0o600 }),
    );
    await filling;
    await makeDurable(unfinished);
    await rename(unfinished, file);
    return { bytes: (await stat(file)).size };
  } finally {
    await rm(snapshot, { force: true });
    await rm(unfinished, { force: true });
  }
}

async function fill(pack: Pack, manifest: BackupManifest, snapshot: string, dataDir: string): Promise<void> {
  const text = Buffer.from(`${JSON.stringify(manifest)}\n`);
  await addEntry(pack, MANIFEST_FILE, text.length, Readable.from([text]));
  await addFile(pack, DATABASE_FILE, snapshot);
  for await (const path of filesToBackUp(dataDir)) await addFile(pack, path, join(dataDir, path));
  pack.finalize();
}

/** Exactly as many bytes as there were at the first look: a log may grow meanwhile. A file that went is left out. */
async function addFile(pack: Pack, name: string, path: string): Promise<void> {
  const info = await stat(path).catch(() => undefined);
  if (info === undefined) return;
  const bytes = info.size === 0 ? Readable.from([]) : createReadStream(path, { end: info.size - 1 });
  await addEntry(pack, name, info.size, bytes, info.mode & 0o777);
}

async function addEntry(
  pack: Pack,
  name: string,
  size: number,
  bytes: Readable,
  mode = 0o600,
): Promise<void> {
  await pipeline(bytes, pack.entry({ name, size, mode }));
}

async function makeDurable(path: string): Promise<void> {
  const file = await open(path, 'r+');
  await file.sync();
  await file.close();
}
