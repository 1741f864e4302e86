import { type FileHandle, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Makes a file's bytes, or a folder's entries, outlast a power cut. */
export async function syncPath(path: string): Promise<void> {
  const file: FileHandle = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A folder that has gone meanwhile needs nothing any more. */
export async function syncFolders(paths: Iterable<string>): Promise<void> {
  for (const path of new Set(paths)) {
    await syncPath(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
    });
  }
}

/** Everything below a folder, and the folder itself. Links are entries of their folder. */
export async function syncTree(dir: string): Promise<void> {
  const entries = await readdir(dir, { withFileTypes: true });
  await inParallel(
    entries.filter((entry) => entry.isFile()),
    (entry) => syncPath(join(dir, entry.name)),
  );
  for (const entry of entries) if (entry.isDirectory()) await syncTree(join(dir, entry.name));
  await syncPath(dir);
}

/** Enough at once for the disk to join its flushes, few enough open files for any host. */
const AT_ONCE = 16;

export async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  for (let n = 0; n < items.length; n += AT_ONCE) await Promise.all(items.slice(n, n + AT_ONCE).map(work));
}
