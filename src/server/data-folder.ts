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

export interface DataFolderLock {
  /** Nobody else worked in this folder when the lock was taken. */
  readonly alone: boolean;
  release(): void;
}

/** How long somebody who is just starting may stand in the door. */
const DOOR_MS = 5_000;

/**
 * Keeps a second server off the same folder, or, with `shared`, lets several in that share one PostgreSQL. The system
 * itself lets go when this process dies.
 */
export function lockDataFolder(dataDir: string, shared = false): DataFolderLock {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const lock = new Sqlite(join(dataDir, LOCK_FILE), { timeout: 0 });
  const release = () => void (lock.open && lock.close());
  const take = (statement: string): boolean => {
    try {
      lock.exec(statement);
      return true;
    } catch (error) {
      if ((error as { code?: string }).code === 'SQLITE_BUSY') return false;
      release();
      throw error;
    }
  };
  const alone = take('begin exclusive');
  if (alone && !shared) return { alone, release };
  if (shared) {
    if (alone) lock.exec('rollback');
    lock.pragma(`busy_timeout = ${DOOR_MS}`);
    // Reading holds the lock that keeps only those out who want the folder for themselves.
    if (take('begin; select count(*) from sqlite_master')) return { alone, release };
  }
  release();
  throw new DataFolderInUseError(dataDir);
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
