import { readdirSync, readFileSync, statSync } from 'node:fs';

/** When a process began, in the kernel's ticks: with the pid it names a process for good. */
export function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold anything; the rest is fields.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** Whether the process of this pid is still the same one. */
export function isAlive(pid: number, startTime: string): boolean {
  return startTimeOf(pid) === startTime;
}

/** Whether any process that this one may look into has the file open. */
export function isHeldOpen(path: string): boolean {
  const file = statSync(path, { throwIfNoEntry: false });
  if (!file) return false;
  return listed('/proc')
    .filter((name) => /^\d+$/.test(name))
    .some((pid) => listed(`/proc/${pid}/fd`).some((fd) => isSame(`/proc/${pid}/fd/${fd}`, file)));
}

function listed(dir: string): readonly string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}

function isSame(link: string, file: { readonly dev: number; readonly ino: number }): boolean {
  try {
    const other = statSync(link);
    return other.ino === file.ino && other.dev === file.dev;
  } catch {
    return false;
  }
}

/** A signal for a whole process group; fine when it is gone. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
