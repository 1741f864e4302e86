import type { Dialect } from '../../kernel/database/port.ts';

export const BACKUP_FORMAT = 2;

/** First entry of a backup: what is in it. */
export interface BackupManifest {
  readonly format: typeof BACKUP_FORMAT;
  /** Of the Pipewright that wrote it. */
  readonly version: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** Where the rows come from; they fit every database. */
  readonly dialect: Dialect;
  /** Steps that the database had taken: its tables are those that these steps make. */
  readonly migrations: readonly string[];
}

/** Last entry: a backup without it was cut off. */
export interface BackupEnd {
  /** Rows of each table. */
  readonly rows: Readonly<Record<string, number>>;
  readonly files: number;
}

export const MANIFEST_FILE = 'manifest.json';
export const END_FILE = 'end.json';
/** Folder of the rows: `database/<table>/000001.jsonl`. */
export const ROWS_FOLDER = 'database';
/** Folders of the data folder that a backup holds. `keys` is left out on purpose, `runs` cannot go on elsewhere. */
export const DATA_FOLDERS = ['blobs', 'logs', 'git'] as const;
export const SQLITE_FILE = 'pipewright.db';
