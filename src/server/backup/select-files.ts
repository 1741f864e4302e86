import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Folders that a backup holds. `keys` is left out on purpose, `runs` because a run cannot go on elsewhere. */
const FOLDERS = ['blobs', 'logs', 'git'];

/**
 * Paths below the data folder, in the order in which they are safe to copy: of a repository first what names objects
 * (HEAD, refs), then the objects, so that nothing is named that was not copied.
 */
export async function* filesToBackUp(dataDir: string): AsyncGenerator<string> {
  for (const folder of FOLDERS) yield* walk(dataDir, folder);
}

async function* walk(root: string, path: string): AsyncGenerator<string> {
  const entries = await readdir(join(root, path), { withFileTypes: true }).catch(() => []);
  const inOrder = entries.toSorted((a, b) => rank(a.name) - rank(b.name) || (a.name < b.name ? -1 : 1));
  for (const entry of inOrder) {
    if (entry.name === '.unfinished' || entry.name.endsWith('.lock')) continue;
    if (entry.isDirectory()) yield* walk(root, join(path, entry.name));
    else if (entry.isFile()) yield join(path, entry.name);
  }
}

function rank(name: string): number {
  return name === 'objects' ? 1 : 0;
}
