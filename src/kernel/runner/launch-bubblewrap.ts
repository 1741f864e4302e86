import { lstatSync, readlinkSync, realpathSync } from 'node:fs';
import type { SandboxSpec } from '../sandbox/port.ts';
import type { Launch, LaunchContext } from './launch.ts';
import { limited } from './limits.ts';
import type { DriverSettings } from './protocol.ts';
import { SYSTEM_FOLDERS } from './system-folders.ts';

type Settings = Extract<DriverSettings, { kind: 'bubblewrap' }>;

/** Inside the sandbox; readable for the command, whose environment it is anyway. */
const ENV_FILE = '/run/pipewright-env';
const CLEAN_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Own root file system, process table, host name and (unless asked for) network. System folders are read-only, the
 * work folder and what is mounted are at their own paths, everything else does not exist.
 *
 * A plain user's bwrap makes a user namespace. Root's does not: it keeps the rights to set up the mounts (folders on the
 * way to the work folder may be closed to others) and to change the user, and changes it before anything that the
 * command's owner has a say in runs: the environment (think of LD_PRELOAD) is read from a file by a shell that runs
 * as that user already. The shell also goes to the folder, which may be closed to everybody else.
 */
export function launchInBubblewrap(driver: Settings, { spec, program, cgroup }: LaunchContext): Launch {
  const command = { file: program, argv0: spec.argv[0] as string, args: spec.argv.slice(1) };
  const inner = cgroup ? command : limited(command, spec.limits, driver.runAs?.uid);
  const run = [inner.file, ...inner.args];
  const base = { file: driver.bwrap, argv0: 'bwrap', cwd: '/', wrapped: true };
  if (!driver.runAs) {
    const shared = spec.network ? ['--share-net'] : [];
    const args = ['--unshare-all', ...shared, ...locked(driver, spec), '--chdir', spec.cwd, '--'];
    return { ...base, args: [...args, ...run], env: spec.env };
  }
  const { uid, gid } = driver.runAs;
  const args = [
    ...['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try'],
    ...(spec.network ? [] : ['--unshare-net']),
    ...['--cap-drop', 'ALL', '--cap-add', 'CAP_SETUID', '--cap-add', 'CAP_SETGID'],
    ...locked(driver, spec, ['--perms', '0444', '--ro-bind-data', '4', ENV_FILE]),
    ...['--', driver.setpriv as string, `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--'],
    ...['/bin/sh', '-c', `cd "$1" || exit; shift; unset OLDPWD; . ${ENV_FILE}; exec "$@"`, 'sh', spec.cwd],
    ...run,
  ];
  return { ...base, args, env: { PATH: CLEAN_PATH }, input: exportLines(spec.env) };
}

function locked(driver: Settings, spec: SandboxSpec, more: readonly string[] = []): string[] {
  const size = driver.sized ? ['--size', String(spec.limits.diskBytes)] : [];
  const tmpfs = (path: string) => [...size, '--perms', '1777', '--tmpfs', path];
  return [
    '--die-with-parent',
    ...['--json-status-fd', '5'],
    ...['--hostname', 'pipewright'],
    ...SYSTEM_FOLDERS.flatMap(systemFolder),
    ...['--proc', '/proc', '--dev', '/dev'],
    ...[...tmpfs('/tmp'), ...tmpfs('/var/tmp'), ...tmpfs('/dev/shm')],
    ...['--dir', '/run'],
    ...(spec.network ? nameServers() : []),
    ...more,
    ...ownFolders(spec),
    ...['--remount-ro', '/'],
  ];
}

/** Outer folders first, so that none hides another one. Folders on the way are made open: bwrap would close them. */
function ownFolders(spec: SandboxSpec): string[] {
  const folders = [...(spec.mounts ?? []), { path: spec.workDir, writable: true }].toSorted(
    (a, b) => a.path.length - b.path.length,
  );
  const onTheWay = new Set(folders.flatMap(({ path }) => ancestors(path)));
  const own = new Set(folders.map(({ path }) => path));
  return [
    ...[...onTheWay].filter((path) => !own.has(path)).flatMap((path) => ['--perms', '0755', '--dir', path]),
    ...folders.flatMap(({ path, writable }) => [writable ? '--bind' : '--ro-bind', path, path]),
  ];
}

/** Folders above, outermost first, without those that stand already. */
function ancestors(path: string): string[] {
  const parts = path.split('/').slice(1, -1);
  const all = parts.map((_, n) => `/${parts.slice(0, n + 1).join('/')}`);
  const standing = ['/tmp', '/var', '/var/tmp', '/dev', '/dev/shm', '/run', '/proc', ...SYSTEM_FOLDERS];
  return all.filter(
    (folder) =>
      !standing.includes(folder) && !SYSTEM_FOLDERS.some((system) => folder.startsWith(`${system}/`)),
  );
}

/** Many systems have links such as /bin → usr/bin. */
function systemFolder(path: string): string[] {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat) return [];
  return stat.isSymbolicLink() ? ['--symlink', readlinkSync(path), path] : ['--ro-bind', path, path];
}

/** /etc/resolv.conf often links to a file below /run. */
function nameServers(): string[] {
  try {
    const real = realpathSync('/etc/resolv.conf');
    return real.startsWith('/etc/') ? [] : ['--ro-bind', real, real];
  } catch {
    return [];
  }
}

/** Some shells refuse to set these, and would end. */
const SHELL_OWN = new Set(['BASHOPTS', 'BASH_VERSINFO', 'EUID', 'PPID', 'SHELLOPTS', 'UID']);

function exportLines(env: Readonly<Record<string, string>>): string {
  return Object.entries(env)
    .filter(([name]) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !SHELL_OWN.has(name))
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'\n`)
    .join('');
}
