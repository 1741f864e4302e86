import { accessSync, constants, lchownSync, lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { errorText, Fault } from '../errors.ts';
import type { SandboxSpec } from '../sandbox/port.ts';
import type { DriverSettings, RunAs } from './protocol.ts';
import { SYSTEM_FOLDERS } from './system-folders.ts';

const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin';

/** Checks everything that can be known before the start. Throws a {@link Fault} that says what is wrong. */
export function prepare(spec: SandboxSpec, driver: DriverSettings): { readonly program: string } {
  checkText(spec);
  const workDir = folderOf(spec.workDir, 'work folder');
  const cwd = folderOf(spec.cwd, 'folder to start in');
  if (!isBelow(cwd, workDir))
    throw new Fault(`the folder to start in, ${spec.cwd}, is not in ${spec.workDir}`);
  for (const mount of spec.mounts ?? []) {
    if (!isAbsolute(mount.path)) throw new Fault(`a mount needs an absolute path: ${mount.path}`);
    if (!statOrUndefined(mount.path)) throw new Fault(`there is no ${mount.path} to mount`);
  }
  const program = findProgram(spec, cwd);
  if (driver.kind === 'bubblewrap') checkVisible(spec, program);
  if (driver.runAs) {
    if (driver.kind === 'process') checkReachable(workDir, driver.runAs);
    giveTo(spec.workDir, driver.runAs);
    for (const mount of spec.mounts ?? [])
      if (mount.writable && statSync(mount.path).uid !== driver.runAs.uid) giveTo(mount.path, driver.runAs);
  }
  return { program };
}

function checkText(spec: SandboxSpec): void {
  if (!spec.argv[0]) throw new Fault('no program to run');
  const texts = [...spec.argv, ...Object.keys(spec.env), ...Object.values(spec.env), spec.workDir, spec.cwd];
  if (texts.some((text) => text.includes('\0'))) throw new Fault('NUL in arguments, environment or paths');
  for (const name of Object.keys(spec.env))
    if (name === '' || name.includes('='))
      throw new Fault(`not a name for an environment variable: '${name}'`);
}

function folderOf(path: string, what: string): string {
  if (!isAbsolute(path)) throw new Fault(`the ${what} needs an absolute path: ${path}`);
  if (!statOrUndefined(path)?.isDirectory()) throw new Fault(`the ${what} ${path} does not exist`);
  return realpathSync(path);
}

function statOrUndefined(path: string) {
  return statSync(path, { throwIfNoEntry: false });
}

function isBelow(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith('../') && !isAbsolute(way));
}

function findProgram(spec: SandboxSpec, cwd: string): string {
  const name = spec.argv[0] as string;
  const candidates = name.includes('/')
    ? [resolve(cwd, name)]
    : (spec.env['PATH'] ?? DEFAULT_PATH).split(delimiter).map((folder) => resolve(cwd, folder, name));
  const found = candidates.find(isExecutable);
  if (found === undefined) throw new Fault(`no program ${name}${name.includes('/') ? '' : ' on the PATH'}`);
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function checkVisible(spec: SandboxSpec, program: string): void {
  const visible = [...SYSTEM_FOLDERS, spec.workDir, ...(spec.mounts ?? []).map(({ path }) => path)];
  if (!visible.some((folder) => isBelow(program, folder)))
    throw new Fault(`the program ${program} is outside of what the sandbox can see: mount its folder`);
}

/** A user without rights must be able to walk down to the work folder. */
function checkReachable(workDir: string, { uid, gid }: RunAs): void {
  for (let folder = dirname(workDir); ; folder = dirname(folder)) {
    const stat = statSync(folder);
    const bit = stat.uid === uid ? 0o100 : stat.gid === gid ? 0o010 : 0o001;
    if ((stat.mode & bit) === 0)
      throw new Fault(
        `user ${uid}, which commands run as, cannot reach ${workDir}: ${folder} is closed to it. ` +
          'Make work folders below `sandbox.workRoot`, or install bubblewrap',
      );
    if (folder === dirname(folder)) return;
  }
}

/** Never follows a symbolic link. */
function giveTo(path: string, runAs: RunAs): void {
  const folders: string[] = [];
  const give = (each: string) => {
    const stat = lstatSync(each);
    if (stat.uid !== runAs.uid || stat.gid !== runAs.gid) lchownSync(each, runAs.uid, runAs.gid);
    if (stat.isDirectory()) folders.push(each);
  };
  try {
    give(path);
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop())
      for (const name of readdirSync(folder)) give(join(folder, name));
  } catch (error) {
    throw new Fault(`cannot give ${path} to user ${runAs.uid}: ${errorText(error)}`);
  }
}
