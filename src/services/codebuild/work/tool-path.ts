import { existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, delimiter, dirname, isAbsolute, join } from 'node:path';

export interface ToolPath {
  /** `PATH` of builds. */
  readonly path: string;
  /** Folders outside of the system's own that the programs lie in. */
  readonly folders: readonly string[];
}

const STANDARD = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
const SYSTEM = /^\/(usr|bin|sbin|lib|opt|nix|etc)(\/|$)/;

/**
 * The tools of this machine as builds see them: the server's own `PATH` without folders of somebody's `node_modules`,
 * and at the end the Node that runs the server, so that there always is one.
 */
export function toolPath(path: string | undefined, node = process.execPath): ToolPath {
  const own = (path ?? '')
    .split(delimiter)
    .filter(
      (folder) => isAbsolute(folder) && !folder.split('/').includes('node_modules') && existsSync(folder),
    );
  const all = [...new Set([...own, ...STANDARD, dirname(node)])];
  const outside = all.filter((folder) => !SYSTEM.test(folder)).map(rootOf);
  return { path: all.join(delimiter), folders: [...new Set(outside)] };
}

/** Programs come with their `lib` beside their `bin`; a home folder is not opened for the `bin` in it. */
function rootOf(folder: string): string {
  const parent = dirname(folder);
  return basename(folder) !== 'bin' || parent === '/' || parent === homedir() ? folder : parent;
}

/**
 * Whether builds find no Node although the server has one: they run as a user who may not go where it lies. Only plain
 * processes of a server that is root have that; under bubblewrap its folder is mounted.
 */
export function hidesNode({ path }: ToolPath, node = process.execPath): boolean {
  if (process.getuid?.() !== 0 || isOpen(node)) return false;
  return !path
    .split(delimiter)
    .some((folder) => folder !== dirname(node) && existsSync(join(folder, 'node')));
}

/** Everybody may go there. */
function isOpen(path: string): boolean {
  for (let at = path; at !== dirname(at); at = dirname(at)) {
    if (((statSync(at, { throwIfNoEntry: false })?.mode ?? 0) & 0o001) === 0) return false;
  }
  return true;
}
