import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';

/** Where a running server can be reached and with which keys; what the CLI reads. Mode 0600. */
export interface ServerFile {
  readonly pid: number;
  readonly endpoint: string;
  readonly account: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly version: string;
}

const SERVER_FILE = 'server.json';
const LOCK_FILE = 'server.lock';

/** Folder in which a restore works; one that is still there was cut short. */
export const UNFINISHED_RESTORE = '.restoring';

/** A folder that is only half restored must not be served, or what is missing would count as deleted. */
export function refuseUnfinishedRestore(dataDir: string): void {
  if (!existsSync(join(dataDir, UNFINISHED_RESTORE))) return;
  throw new Error(
    `A restore into ${dataDir} was cut short. Remove the folder (and make its database anew), then restore again.`,
  );
}

export class DataFolderInUseError extends Error {
  constructor(dataDir: string) {
    super(`Another Pipewright runs on ${dataDir}. Stop it first, or use another folder with --data.`);
    this.name = 'DataFolderInUseError';
  }
}

/** Keeps a second server off the same folder. The system itself lets go when this process dies. */
export function lockDataFolder(dataDir: string): { release(): void } {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const lock = new Sqlite(join(dataDir, LOCK_FILE), { timeout: 0 });
  try {
    lock.pragma('locking_mode = EXCLUSIVE');
    lock.exec('begin exclusive');
  } catch (error) {
    lock.close();
    if ((error as { code?: string }).code === 'SQLITE_BUSY') throw new DataFolderInUseError(dataDir);
    throw error;
  }
  return { release: () => void (lock.open && lock.close()) };
}

export function writeServerFile(dataDir: string, file: ServerFile): void {
  const path = join(dataDir, SERVER_FILE);
  writeFileSync(`${path}.new`, `${JSON.stringify(file, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** Undefined when no server has run on this folder. */
export function readServerFile(dataDir: string): ServerFile | undefined {
  try {
    return JSON.parse(readFileSync(join(dataDir, SERVER_FILE), 'utf8')) as ServerFile;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
