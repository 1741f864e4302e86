/** First entry of a backup. */
export interface BackupManifest {
  readonly format: 1;
  /** Of the Pipewright that wrote it. */
  readonly version: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly database: 'sqlite';
}

export const MANIFEST_FILE = 'manifest.json';
export const DATABASE_FILE = 'pipewright.db';
