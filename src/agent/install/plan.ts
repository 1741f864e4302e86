import { lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import type { AppSpec, FileExistsBehavior } from '../../pure/appspec/index.ts';

/** What Install will do, settled before the first file is touched. Paths are as in the appspec, without the root. */
export interface InstallPlan {
  /** Folders that are made, parents first; those that stand already are among them only when they were installed. */
  readonly directories: readonly string[];
  readonly files: readonly PlannedFile[];
}

export interface PlannedFile {
  /** Below the revision. */
  readonly from: string;
  readonly to: string;
}

/** Why the revision cannot be installed. Nothing has changed then. */
export class InstallRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'InstallRefused';
  }
}

export interface PlanInput {
  readonly appSpec: AppSpec;
  readonly archive: string;
  readonly root: string | undefined;
  readonly behavior: FileExistsBehavior;
  /** Files that earlier deployments of the group put there: they may be replaced. */
  readonly own: ReadonlySet<string>;
  readonly ownDirectories: ReadonlySet<string>;
}

/** Path on this host of an absolute path of the appspec. */
export function onHost(root: string | undefined, path: string): string {
  return root === undefined ? path : join(root, path);
}

export function planInstall(input: PlanInput): InstallPlan {
  const files = new Map<string, string>();
  const directories = new Set<string>();
  for (const { source, destination } of input.appSpec.files) {
    const from = join(input.archive, source);
    if (!exists(from))
      throw new InstallRefused(`The revision has no ${source || '/'} to copy to ${destination}.`);
    directories.add(destination);
    if (statSync(from).isDirectory()) addTree(input.archive, source, destination, files, directories);
    else addFile(files, source, join(destination, basename(source)));
  }
  const folders = newFolders(input, directories);
  const kept = [...files].filter(([to]) => mayWrite(input, to)).map(([to, from]) => ({ from, to }));
  return { directories: folders, files: kept };
}

function addTree(
  archive: string,
  source: string,
  destination: string,
  files: Map<string, string>,
  directories: Set<string>,
): void {
  for (const entry of readdirSync(join(archive, source), { withFileTypes: true })) {
    const from = join(source, entry.name);
    const to = join(destination, entry.name);
    if (entry.isDirectory()) {
      directories.add(to);
      addTree(archive, from, to, files, directories);
    } else addFile(files, from, to);
  }
}

function addFile(files: Map<string, string>, from: string, to: string): void {
  const other = files.get(to);
  if (other !== undefined && other !== from) {
    throw new InstallRefused(`Both ${other} and ${from} would become ${to}.`);
  }
  files.set(to, from);
}

/** Applies `file_exists_behavior`; false leaves the file that is there. */
function mayWrite(input: PlanInput, to: string): boolean {
  const path = onHost(input.root, to);
  insideRoot(input.root, path);
  const there = exists(path);
  if (there?.isDirectory())
    throw new InstallRefused(`${to} is a folder on this host, and a file in the revision.`);
  if (!there || input.own.has(to)) return true;
  if (input.behavior === 'RETAIN') return false;
  if (input.behavior === 'OVERWRITE') return true;
  throw new InstallRefused(
    `A file already exists at ${to}; file_exists_behavior is DISALLOW, so that it is not replaced.`,
  );
}

/** A link on the host must not lead a destination out of the root. */
function insideRoot(root: string | undefined, path: string): void {
  if (root === undefined) return;
  const real = realpathSync(root);
  let parent = dirname(path);
  while (!exists(parent) && parent.startsWith(root + sep)) parent = dirname(parent);
  const found = exists(parent) ? realpathSync(parent) : real;
  if (found !== real && !found.startsWith(real + sep)) {
    throw new InstallRefused(`${path} leads out of the root folder through a link.`);
  }
}

/** With every missing parent, so that clean-up can take them away again. */
function newFolders(input: PlanInput, directories: ReadonlySet<string>): readonly string[] {
  const wanted = new Set<string>();
  for (const directory of directories) {
    for (let path = directory; path !== '/'; path = dirname(path)) {
      const host = onHost(input.root, path);
      insideRoot(input.root, host);
      const there = exists(host);
      if (there && !there.isDirectory() && !statSync(host).isDirectory()) {
        throw new InstallRefused(`${path} is a file on this host, and a folder in the revision.`);
      }
      if (!there || input.ownDirectories.has(path)) wanted.add(path);
    }
  }
  return [...wanted].toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1));
}

function exists(path: string) {
  return lstatSync(path, { throwIfNoEntry: false });
}
