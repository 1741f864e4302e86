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

/** Carries a plan out. Each file appears as a whole, with its owner and mode. Repeating it gives the same. */
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
  for (const { from, to } of plan.files) {
    signal.throwIfAborted();
    await place(join(archive, from), onHost(root, to), grants(to, 'file'), mark);
  }
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
  for (const file of before.files) {
    if (!files.has(file)) await removeFile(onHost(root, file));
  }
  const directories = new Set(plan.directories);
  for (const directory of before.directories.toSorted((a, b) => b.length - a.length)) {
    if (!directories.has(directory)) await rmdir(onHost(root, directory)).catch(ignoreInUse);
  }
}

async function removeFile(path: string): Promise<void> {
  const info = await lstat(path).catch(() => undefined);
  if (info && !info.isDirectory()) await rm(path, { force: true });
}

function ignoreInUse(error: NodeJS.ErrnoException): void {
  if (!['ENOENT', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EBUSY'].includes(error.code ?? '')) throw error;
}
