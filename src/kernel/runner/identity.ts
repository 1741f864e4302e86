import { readFileSync } from 'node:fs';

/** A process for ever: its id alone is used again by others. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start time in clock ticks since boot; 0 where the system has no `/proc`. */
  readonly startTime: number;
  readonly bootId: string;
}

export interface ProcessStat {
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  readonly startTime: number;
}

/** The line of `/proc/<pid>/stat`; undefined when there is no such process. */
export function processStat(pid: number): ProcessStat | undefined {
  let line: string;
  try {
    line = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  // The name in brackets may hold anything, also brackets.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return {
    state: fields[0] as string,
    parent: Number(fields[1]),
    group: Number(fields[2]),
    session: Number(fields[3]),
    startTime: Number(fields[19]),
  };
}

export function identify(pid: number): ProcessIdentity {
  return { pid, startTime: processStat(pid)?.startTime ?? 0, bootId: bootId() };
}

/** Whether this very process still runs. A zombie does not. */
export function isAlive(identity: ProcessIdentity): boolean {
  if (identity.bootId !== bootId()) return false;
  if (identity.startTime === 0) return signalReaches(identity.pid);
  const stat = processStat(identity.pid);
  return stat?.startTime === identity.startTime && !hasEnded(stat);
}

export function hasEnded(stat: ProcessStat): boolean {
  return stat.state === 'Z' || stat.state === 'X';
}

function signalReaches(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

let boot: string | undefined;

function bootId(): string {
  if (boot === undefined) {
    try {
      boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    } catch {
      boot = '';
    }
  }
  return boot;
}
