import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Scope } from '../../../kernel/scope.ts';
import type { Git } from './run.ts';

const ORPHAN_AGE_MS = 60 * 60 * 1000;
// An archive holds every file of the commit, as a checkout would; `export-ignore` and `export-subst` are for releases.
const ATTRIBUTES = '* -export-ignore -export-subst\n';

/** Where repositories lie: by id, so that renaming one moves nothing. */
export function repositoryFolder(root: string, scope: Scope, id: string): string {
  return join(root, scope.account, scope.region, `${id}.git`);
}

/** Makes an empty bare repository whose HEAD is `main`. It gets its name only when it is whole. */
export async function createFolder(git: Git, dir: string): Promise<void> {
  const making = `${dir}.new`;
  await mkdir(dirname(dir), { recursive: true, mode: 0o700 });
  await mkdir(making, { mode: 0o700 });
  await git.run(making, ['init', '--quiet', '--bare', '--template=', '--initial-branch=main']);
  await mkdir(join(making, 'info'), { recursive: true });
  await writeFile(join(making, 'info', 'attributes'), ATTRIBUTES);
  await rename(making, dir);
}

export async function removeFolder(dir: string): Promise<void> {
  await rm(dir, { recursive: true, force: true });
}

/** The branch HEAD names; undefined when it is not a branch. */
export async function headBranch(dir: string): Promise<string | undefined> {
  const text = await readFile(join(dir, 'HEAD'), 'utf8');
  return /^ref: refs\/heads\/(.+)\n?$/.exec(text)?.[1];
}

/** Folders that no repository has: a crash between making one and recording it, or between a deletion and its removal. */
export async function removeOrphans(
  root: string,
  known: (scope: Scope, id: string) => boolean,
  now: number,
): Promise<readonly string[]> {
  if (!existsSync(root)) return [];
  const removed: string[] = [];
  for (const account of await readdir(root)) {
    if (!/^\d{12}$/.test(account)) continue;
    for (const region of await readdir(join(root, account))) {
      for (const folder of await readdir(join(root, account, region))) {
        const id = /^(.+)\.git(?:\.new)?$/.exec(folder)?.[1];
        const path = join(root, account, region, folder);
        if (id === undefined || (folder.endsWith('.git') && known({ account, region }, id))) continue;
        if (now - (await stat(path)).mtimeMs < ORPHAN_AGE_MS) continue;
        await removeFolder(path);
        removed.push(path);
      }
    }
  }
  return removed;
}
