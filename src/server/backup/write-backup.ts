import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack as createPack, type Pack } from 'tar-stream';
import type { Database, Reader } from '../../kernel/database/port.ts';
import { ApiError } from '../../kernel/errors.ts';
import { beginBackup } from '../../kernel/keeping.ts';
import { version } from '../version.ts';
import { dumpRows } from './dump-rows.ts';
import {
  BACKUP_FORMAT,
  type BackupEnd,
  type BackupManifest,
  END_FILE,
  MANIFEST_FILE,
  ROWS_FOLDER,
} from './manifest.ts';
import { type Found, filesBelow, repositoriesOf } from './select-files.ts';

export interface BackupParts {
  readonly dataDir: string;
  readonly database: Database;
  /** Domain milliseconds. */
  readonly now: number;
  /** Runs the work while nothing moves in a repository. Without it nobody else works on the folder. */
  readonly atRest?: <T>(repositoryId: string, work: () => Promise<T>) => Promise<T>;
}

/**
 * Writes one archive of a database and its data folder, also while servers work on them: the rows first, all from one
 * moment, so that everything they speak of is there already; then blobs and logs, while nobody collects them; then each
 * repository, while nobody pushes to it. The master keys are never in it. The file appears whole or not at all.
 */
export async function writeBackup(parts: BackupParts, file: string): Promise<{ readonly bytes: number }> {
  const underWay = await beginBackup(parts.database);
  if (underWay === undefined)
    throw new ApiError(
      'BackupInProgressException',
      'Another backup is being written; try again when it is done.',
    );
  const unfinished = join(dirname(file), `.${randomUUID()}.unfinished`);
  try {
    // First of all: where nothing can be written nothing need be read.
    const output = await open(unfinished, 'wx', 0o600);
    const pack = createPack();
    const filling = fill(pack, parts);
    filling.catch((error: unknown) => pack.destroy(error as Error));
    await pipeline(pack, createGzip({ level: 3 }), output.createWriteStream());
    await filling;
    await makeDurable(unfinished);
    await rename(unfinished, file);
    await makeDurable(dirname(file));
    return { bytes: (await stat(file)).size };
  } catch (error) {
    throw isOfOutput(error, unfinished) ? cannotBeWritten(file, error) : error;
  } finally {
    await rm(unfinished, { force: true }).catch(() => {});
    await underWay.end();
  }
}

/** A folder that is missing, closed, read-only or full is for the caller to mend. */
function isOfOutput(error: unknown, unfinished: string): error is NodeJS.ErrnoException {
  const { code, path, syscall } = error as NodeJS.ErrnoException;
  return code !== undefined && (path === unfinished || (path === undefined && syscall === 'write'));
}

function cannotBeWritten(file: string, { message }: NodeJS.ErrnoException): ApiError {
  const why = message.replace(/, \w+( '.*')?$/s, '');
  return new ApiError('FileNotWritableException', `${file} cannot be written: ${why}`);
}

async function fill(pack: Pack, { dataDir, database, now, atRest }: BackupParts): Promise<void> {
  const rows = await database.snapshot((picture) => addRows(pack, picture, now));
  let files = 0;
  const add = async (found: AsyncIterable<Found>) => {
    for await (const one of found) files += await addFound(pack, dataDir, one);
  };
  await add(filesBelow(dataDir, 'blobs'));
  await add(filesBelow(dataDir, 'logs'));
  for await (const { path, id } of repositoriesOf(dataDir)) {
    const whole = () => add(filesBelow(dataDir, path));
    await (atRest === undefined ? whole() : atRest(id, whole));
  }
  const end: BackupEnd = { rows, files };
  await addText(pack, END_FILE, `${JSON.stringify(end)}\n`);
  pack.finalize();
}

async function addRows(pack: Pack, picture: Reader, now: number): Promise<Record<string, number>> {
  const steps = await picture.query<{ id: string }>('select id from schema_migrations order by id');
  const manifest: BackupManifest = {
    format: BACKUP_FORMAT,
    version,
    createdAt: new Date(now).toISOString(),
    dialect: picture.dialect,
    migrations: steps.map(({ id }) => id),
  };
  await addText(pack, MANIFEST_FILE, `${JSON.stringify(manifest, undefined, 2)}\n`);
  const rows: Record<string, number> = {};
  let table = '';
  let n = 0;
  for await (const piece of dumpRows(picture)) {
    n = piece.table === table ? n + 1 : 1;
    table = piece.table;
    await addText(pack, `${ROWS_FOLDER}/${table}/${String(n).padStart(6, '0')}.jsonl`, piece.text);
    rows[table] = (rows[table] ?? 0) + piece.rows;
  }
  return rows;
}

/** A file has exactly as many bytes as at the first look: a log may grow meanwhile. One that went is left out. */
async function addFound(pack: Pack, dataDir: string, { path, kind }: Found): Promise<number> {
  const name = path;
  const info = await stat(join(dataDir, path)).catch(() => undefined);
  if (info === undefined) return 0;
  const mode = info.mode & 0o777;
  if (kind === 'directory') {
    await new Promise<void>((resolve, reject) => {
      pack.entry({ name, type: 'directory', mode }, (error) => (error ? reject(error) : resolve()));
    });
    return 0;
  }
  const { size } = info;
  const bytes = size === 0 ? Readable.from([]) : createReadStream(join(dataDir, path), { end: size - 1 });
  await pipeline(bytes, pack.entry({ name, size, mode }));
  return 1;
}

async function addText(pack: Pack, name: string, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  await pipeline(Readable.from([bytes]), pack.entry({ name, size: bytes.length, mode: 0o600 }));
}

async function makeDurable(path: string): Promise<void> {
  const file = await open(path, 'r');
  await file.sync();
  await file.close();
}
