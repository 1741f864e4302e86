import { constants } from 'node:fs';
import {
  chmod,
  chown,
  copyFile,
  lchown,
  lstat,
  mkdir,
  readlink,
  rename,
  rm,
  rmdir,
  symlink,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Installed } from '../state/group-state.ts';
import type { Grant, Grants } from './permissions.ts';
import { type InstallPlan, onHost } from './plan.ts';
import { inParallel, syncFolders, syncPath } from './sync.ts';

/**
 * Carries a plan out. Each file appears as a whole, with its owner and mode, and everything outlasts a power cut once
 * this resolves. Repeating it gives the same.
 */
export async function applyPlan(
  plan: InstallPlan,
  archive: string,
  root: string | undefined,
  grants: Grants,
  mark: string,
  signal: AbortSignal,
): Promise<void> {
  for (const directory of plan.directories) {
    const path = onHost(root, directory);
    await mkdir(path, { recursive: true });
    await give(path, grants(directory, 'directory'));
  }
  await inParallel(plan.files, ({ from, to }) => {
    signal.throwIfAborted();
    return place(join(archive, from), onHost(root, to), grants(to, 'file'), mark);
  });
  const made = [...plan.directories, ...plan.files.map((file) => file.to)];
  await syncFolders([
    ...made.map((path) => dirname(onHost(root, path))),
    ...plan.directories.map((path) => onHost(root, path)),
  ]);
}

async function place(source: string, target: string, grant: Grant, mark: string): Promise<void> {
  const temporary = join(dirname(target), `.${basename(target).slice(0, 200)}.${mark}`);
  await rm(temporary, { force: true });
  const info = await lstat(source);
  if (info.isSymbolicLink()) {
    await symlink(await readlink(source), temporary);
    if (grant.uid !== undefined || grant.gid !== undefined) {
      await lchown(temporary, grant.uid ?? -1, grant.gid ?? -1);
    }
  } else {
    await copyFile(source, temporary, constants.COPYFILE_FICLONE);
    // Before the name points to it, so that no power cut leaves an empty file behind a good name.
    await syncPath(temporary);
    await give(temporary, { ...grant, mode: grant.mode ?? info.mode & 0o777 });
  }
  await rename(temporary, target);
}

/** Owner first: changing it clears set-id bits. */
async function give(path: string, grant: Grant): Promise<void> {
  if (grant.uid !== undefined || grant.gid !== undefined) await chown(path, grant.uid ?? -1, grant.gid ?? -1);
  if (grant.mode !== undefined) await chmod(path, grant.mode);
}

/** Removes what earlier deployments installed and this one lacks; folders only when nothing else is in them (D1.16). */
export async function cleanUp(before: Installed, plan: InstallPlan, root: string | undefined): Promise<void> {
  const files = new Set(plan.files.map((file) => file.to));
  const gone = before.files.filter((file) => !files.has(file));
  for (const file of gone) await removeFile(onHost(root, file));
  const directories = new Set(plan.directories);
  for (const directory of before.directories.toSorted((a, b) => b.length - a.length)) {
    if (!directories.has(directory)) await rmdir(onHost(root, directory)).catch(ignoreInUse);
  }
  await syncFolders(gone.map((file) => dirname(onHost(root, file))));
}

async function removeFile(path: string): Promise<void> {
  const info = await lstat(path).catch(() => undefined);
  if (info && !info.isDirectory()) await rm(path, { force: true });
}

function ignoreInUse(error: NodeJS.ErrnoException): void {
  if (!['ENOENT', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EBUSY'].includes(error.code ?? '')) throw error;
}
