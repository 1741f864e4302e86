import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

export interface Found {
  /** Below the data folder. */
  readonly path: string;
  readonly kind: 'file' | 'directory';
}

/** Files below one folder of the data folder, in a stable order, without what somebody is still writing. */
export async function* filesBelow(dataDir: string, folder: string): AsyncGenerator<Found> {
  const entries = await readdir(join(dataDir, folder), { withFileTypes: true }).catch(() => []);
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.name === '.unfinished' || entry.name.endsWith('.lock')) continue;
    if (entry.isDirectory()) {
      // git knows a repository by its folders, also empty ones.
      yield { path, kind: 'directory' };
      yield* filesBelow(dataDir, path);
    } else if (entry.isFile()) yield { path, kind: 'file' };
  }
}

/** Folders of whole repositories below `git/<account>/<region>/`, with the id of each. */
export async function* repositoriesOf(
  dataDir: string,
): AsyncGenerator<{ readonly path: string; readonly id: string }> {
  for (const account of await namesIn(join(dataDir, 'git')))
    for (const region of await namesIn(join(dataDir, 'git', account)))
      for (const name of await namesIn(join(dataDir, 'git', account, region)))
        if (name.endsWith('.git'))
          yield { path: join('git', account, region, name), id: name.slice(0, -'.git'.length) };
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).toSorted();
}
