import type { Readable } from 'node:stream';

export type ArchiveType = 'zip' | 'tar' | 'tgz';

/** One member of an archive. Valid only while its visitor runs. */
export interface ArchiveEntry {
  /** Relative, without `..`, `.` and empty parts. */
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'symlink';
  /** Permission bits; undefined where the archive keeps none. */
  readonly mode: number | undefined;
  /** Where a symbolic link of a tar points to; in a zip the link's content says so. */
  readonly linkTarget: string | undefined;
  open(): Promise<Readable>;
}

/** Returning `stop` ends the walk. */
export type EntryVisitor = (entry: ArchiveEntry) => Promise<'stop' | undefined>;

/** The archive itself is at fault: broken, or not to be trusted. The message is for people. */
export class ArchiveError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ArchiveError';
  }
}

/** Whether the disk is at fault, not the archive. */
export function isFullDisk(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/** A member's name as a safe relative path; undefined for the root itself. */
export function safePath(name: string): string | undefined {
  if (name.startsWith('/') || name.includes('\0') || name.includes('\\') || /^[A-Za-z]:/.test(name)) {
    throw new ArchiveError(`the archive holds a name that leads out of it: ${JSON.stringify(name)}`);
  }
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) {
    throw new ArchiveError(`the archive holds a name that leads out of it: ${JSON.stringify(name)}`);
  }
  return parts.length === 0 ? undefined : parts.join('/');
}
