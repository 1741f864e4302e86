import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const MOUNT = '/sys/fs/cgroup';
/** Our folder in each hierarchy. */
const OURS = 'pipewright';
/** Where runners live, apart from what they run. */
const RUNNERS = 'runners';

/** Where the control groups of runs are made: one folder for version 2, one for each controller for version 1. */
export interface CgroupRoots {
  readonly version: 1 | 2;
  readonly folders: readonly string[];
}

/** The control group of one run: one folder in each of the roots. */
export interface Cgroup {
  readonly version: 1 | 2;
  readonly folders: readonly string[];
}

/** Undefined where this process may not make control groups that bound memory and processes. */
export function findCgroupRoots(): CgroupRoots | undefined {
  if (process.getuid?.() !== 0) return undefined;
  try {
    const roots = existsSync(join(MOUNT, 'cgroup.controllers')) ? unified() : separate();
    for (const folder of roots.folders) mkdirSync(join(folder, RUNNERS), { recursive: true });
    if (roots.version === 2) for (const folder of roots.folders) delegate(folder);
    const probe = makeCgroup(roots, `probe-${process.pid}`);
    try {
      return limitCgroup(probe, 64 * 1024 * 1024, 64) ? roots : undefined;
    } finally {
      removeCgroup(probe);
    }
  } catch {
    return undefined;
  }
}

function unified(): CgroupRoots {
  delegate(MOUNT);
  return { version: 2, folders: [join(MOUNT, OURS)] };
}

function delegate(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'cgroup.subtree_control');
  const on = readFileSync(file, 'utf8').trim().split(' ');
  if (!on.includes('memory') || !on.includes('pids')) writeFileSync(file, '+memory +pids');
}

/** Below the groups that this process is in, so that their own limits go on to hold. */
function separate(): CgroupRoots {
  const own = readFileSync('/proc/self/cgroup', 'utf8');
  const folders = ['memory', 'pids'].map((controller) => {
    const line = own.split('\n').find((each) => each.split(':')[1]?.split(',').includes(controller));
    const path = line?.split(':').slice(2).join(':') ?? '/';
    return join(MOUNT, controller, outside(path), OURS);
  });
  return { version: 1, folders };
}

/** A server started by a runner's own group must not nest into it. */
function outside(path: string): string {
  const at = path.indexOf(`/${OURS}/`);
  return at >= 0 ? path.slice(0, at) : path;
}

export function makeCgroup(roots: CgroupRoots, name: string): Cgroup {
  const folders = roots.folders.map((folder) => join(folder, name));
  for (const folder of folders) mkdirSync(folder, { recursive: true });
  return { version: roots.version, folders };
}

/**
 * Moving a process makes the kernel wait for all processors (about 10 ms), so an idle runner enters the group of its
 * future run beforehand, its command is born there, and it leaves afterwards.
 */
export function enterCgroup(cgroup: Cgroup): void {
  for (const folder of cgroup.folders) writeFileSync(join(folder, 'cgroup.procs'), String(process.pid));
}

export async function leaveCgroup(cgroup: Cgroup): Promise<void> {
  for (const folder of cgroup.folders)
    await writeFile(join(dirname(folder), RUNNERS, 'cgroup.procs'), String(process.pid));
}

/** False when the system refused. */
export function limitCgroup(cgroup: Cgroup, memoryBytes: number, processes: number): boolean {
  const memory = cgroup.folders[0] as string;
  const pids = cgroup.folders.at(-1) as string;
  const bounded =
    cgroup.version === 2
      ? write(memory, 'memory.max', memoryBytes) && (write(memory, 'memory.swap.max', 0) || true)
      : write(memory, 'memory.limit_in_bytes', memoryBytes) &&
        (write(memory, 'memory.memsw.limit_in_bytes', memoryBytes) || true);
  return write(pids, 'pids.max', processes) && bounded;
}

function write(folder: string, file: string, value: number): boolean {
  try {
    writeFileSync(join(folder, file), String(value));
    return true;
  } catch {
    return false;
  }
}

/** No process of the group can start another one any more. */
export function freezeForks(cgroup: Cgroup): void {
  write(cgroup.folders.at(-1) as string, 'pids.max', 0);
}

/** The processes of the group, without this one. */
export function cgroupMembers(cgroup: Cgroup): number[] {
  const pids = new Set<number>();
  for (const folder of cgroup.folders) {
    for (const line of read(join(folder, 'cgroup.procs')).split('\n')) {
      // A process from outside our process namespace shows as 0.
      const pid = Number(line);
      if (pid > 0 && pid !== process.pid) pids.add(pid);
    }
  }
  return [...pids];
}

/** How many processes the kernel killed because the group had no memory left. */
export function outOfMemoryKills(cgroup: Cgroup): number {
  const file = cgroup.version === 2 ? 'memory.events' : 'memory.oom_control';
  return Number(/^oom_kill (\d+)$/m.exec(read(join(cgroup.folders[0] as string, file)))?.[1] ?? 0);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/** Removes the group when nothing is in it any more. */
export function removeCgroup(cgroup: Cgroup): void {
  for (const folder of cgroup.folders) {
    try {
      rmdirSync(folder);
    } catch {
      // Somebody cannot be killed yet: the next start of a server sweeps it.
    }
  }
}

/** Removes what dead runners left. Groups with processes in them stay. */
export function sweepCgroups(roots: CgroupRoots): void {
  const names = new Set(roots.folders.flatMap((folder) => folderNames(folder)));
  names.delete(RUNNERS);
  for (const name of names)
    removeCgroup({
      version: roots.version,
      folders: roots.folders.map((folder) => join(folder, basename(name))),
    });
}

function folderNames(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
}
