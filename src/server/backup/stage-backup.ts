import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ArchiveError } from '../../kernel/archives/entry.ts';
import { unpackArchive } from '../../kernel/archives/unpack.ts';
import type { Migration } from '../../kernel/database/port.ts';
import { BackupError } from './errors.ts';
import {
  BACKUP_FORMAT,
  type BackupEnd,
  type BackupManifest,
  DATA_FOLDERS,
  END_FILE,
  MANIFEST_FILE,
  ROWS_FOLDER,
} from './manifest.ts';

export interface StagedBackup {
  readonly manifest: BackupManifest;
  readonly end: BackupEnd;
  /** The steps that make the backup's tables, in order. */
  readonly migrations: readonly Migration[];
}

const MAX_BYTES = 16 * 1024 ** 4;
const MAX_ENTRIES = 500_000_000;
/** Our own archives: text logs and rows pack well. */
const MAX_RATIO = 5_000;
const EXPECTED = new Set<string>([MANIFEST_FILE, END_FILE, ROWS_FOLDER, ...DATA_FOLDERS]);

/** Unpacks a backup into an empty folder and makes sure that all of it is there and that this version knows it. */
export async function stageBackup(
  file: string,
  folder: string,
  known: readonly Migration[],
): Promise<StagedBackup> {
  try {
    await unpackArchive(file, 'tgz', folder, {
      maxBytes: MAX_BYTES,
      maxEntries: MAX_ENTRIES,
      maxRatio: MAX_RATIO,
    });
  } catch (error) {
    if (error instanceof ArchiveError) throw new BackupError(`it is damaged or cut off (${error.message})`);
    throw error;
  }
  const manifest = await readJson<BackupManifest>(join(folder, MANIFEST_FILE));
  if (manifest === undefined) throw new BackupError('it is no backup of Pipewright');
  if (manifest.format !== BACKUP_FORMAT)
    throw new BackupError(
      `its format is ${String(manifest.format)}, this version reads ${BACKUP_FORMAT}; it was written by ${manifest.version}`,
    );
  const strange = (await readdir(folder)).find((name) => !EXPECTED.has(name));
  if (strange !== undefined)
    throw new BackupError(`it holds ${JSON.stringify(strange)}, which no backup does`);
  const unknown = manifest.migrations.filter((id) => !known.some((migration) => migration.id === id));
  if (unknown.length > 0)
    throw new BackupError(
      `it was written by a newer version, ${manifest.version} (it has ${unknown.join(', ')}); restore it with that one`,
    );
  const end = await readJson<BackupEnd>(join(folder, END_FILE));
  if (end === undefined) throw new BackupError('it is cut off: its last entry is missing');
  await countFiles(folder, end.files);
  return { manifest, end, migrations: known.filter(({ id }) => manifest.migrations.includes(id)) };
}

async function countFiles(folder: string, expected: number): Promise<void> {
  let files = 0;
  for (const name of DATA_FOLDERS) {
    const entries = await readdir(join(folder, name), { recursive: true, withFileTypes: true }).catch(
      () => [],
    );
    files += entries.filter((entry) => entry.isFile()).length;
  }
  if (files !== expected) throw new BackupError(`${files} files are left of ${expected}`);
}

async function readJson<T>(path: string): Promise<T | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new BackupError('it is damaged (an entry is not JSON)');
  }
}
