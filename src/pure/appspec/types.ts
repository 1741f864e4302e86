/** `appspec.yml` of the Server platform (D1.7 to D1.12). Frozen plain data. */
export interface AppSpec {
  readonly os: 'linux';
  readonly files: readonly FileMapping[];
  /** Beats the deployment's own setting when given. */
  readonly fileExistsBehavior: FileExistsBehavior | undefined;
  readonly permissions: readonly Permission[];
  /** Scripts by lifecycle event, in the order they run. */
  readonly hooks: Readonly<Record<string, readonly HookScript[]>>;
}

export type FileExistsBehavior = 'DISALLOW' | 'OVERWRITE' | 'RETAIN';

export interface FileMapping {
  /** Below the revision's root; empty for the whole revision. */
  readonly source: string;
  /** Absolute folder that takes the file, or the folder's contents. */
  readonly destination: string;
}

export interface Permission {
  /** Absolute path of a file or folder. */
  readonly object: string;
  /** `**` for everything below the folder, else a pattern for its immediate entries. */
  readonly pattern: string;
  readonly except: readonly string[];
  readonly types: readonly ('file' | 'directory')[];
  readonly owner: string | undefined;
  readonly group: string | undefined;
  /** Permission bits. */
  readonly mode: number | undefined;
}

export interface HookScript {
  /** Path below the revision's root. */
  readonly location: string;
  readonly timeoutSeconds: number;
  readonly runas: string | undefined;
}

/** The file name is fixed and case-sensitive (D1.7). */
export const APPSPEC_FILE = 'appspec.yml';

/** Seconds that a script may take by default, and that all scripts of one event may take together. */
export const EVENT_LIMIT_SECONDS = 3600;
