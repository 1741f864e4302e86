import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type Cgroup, cgroupMembers, freezeForks } from './cgroup.ts';
import { hasEnded, isAlive, type ProcessIdentity, processStat } from './identity.ts';

/** Environment variable that marks the processes of a run where there is no control group to hold them. */
export const MARKER = 'PIPEWRIGHT_RUN';

/** How the processes of a run are found. */
export interface Tree {
  /** The leader of its process group and session. */
  readonly leader: ProcessIdentity;
  readonly cgroup?: Cgroup;
  readonly marker?: string;
}

/** Where there is no `/proc` (macOS), the process group is all that can be reached. */
const SEES_PROCESSES = existsSync('/proc/self/stat');

/**
 * Every living process of the run. With a control group nobody can get away. Without one: the leader's group and
 * session, their descendants, and whoever carries the marker; only a process that forked away from all of them *and*
 * threw its environment away is missed (trusted mode).
 */
export function treeMembers(tree: Tree): number[] {
  if (!SEES_PROCESSES) return [];
  if (tree.cgroup) return cgroupMembers(tree.cgroup);
  return scanMembers(tree);
}

function scanMembers(tree: Tree): number[] {
  const { pid } = tree.leader;
  // Another process may have got the number after the whole group was gone.
  const stat = processStat(pid);
  const ours = stat === undefined || stat.startTime === tree.leader.startTime;
  const stats = livingProcesses();
  const members = new Set<number>();
  for (const { id, group, session } of stats) {
    if (ours && (group === pid || session === pid)) members.add(id);
    else if (tree.marker !== undefined && isMarked(id, tree.marker)) members.add(id);
  }
  for (let found = true; found; ) {
    found = false;
    for (const { id, parent } of stats) {
      if (!members.has(parent) || members.has(id)) continue;
      members.add(id);
      found = true;
    }
  }
  members.delete(process.pid);
  return [...members];
}

function livingProcesses() {
  return readdirSync('/proc').flatMap((name) => {
    const id = Number(name);
    const stat = Number.isInteger(id) ? processStat(id) : undefined;
    return stat && !hasEnded(stat) ? [{ id, ...stat }] : [];
  });
}

function isMarked(pid: number, marker: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(`${MARKER}=${marker}`);
  } catch {
    return false;
  }
}

/** TERM to everybody, except the wrapper that would take the others down without a chance. Answers who was told. */
export function terminateTree(tree: Tree, wrapper?: number): Told {
  const told: Told = { at: ticksNow(), programs: new Map() };
  if (!SEES_PROCESSES) send(-tree.leader.pid, 'SIGTERM');
  for (const pid of treeMembers(tree)) if (pid !== wrapper) tell(pid, told);
  return told;
}

/** Who was told to end, as which program, and when. */
export interface Told {
  /** Clock ticks since boot. */
  readonly at: number;
  readonly programs: Map<number, Program>;
}

interface Program {
  readonly startTime: number;
  readonly commandLine: string;
}

/**
 * TERM once more to those it was lost on. A shell that forks holds signals back: what is between `fork` and `exec` takes
 * a TERM as the shell would, notes it for later, and forgets it when it becomes another program; what is forked a moment
 * after everybody was told hears of nothing, and its shell is gone. Whoever started later is left alone: it cleans up.
 */
export function remindTree(tree: Tree, told: Told, wrapper?: number): void {
  if (!SEES_PROCESSES) return;
  const members = treeMembers(tree);
  for (const pid of members) {
    if (pid === wrapper) continue;
    const stat = processStat(pid);
    if (!stat) continue;
    const before = told.programs.get(pid);
    const forgot = before?.startTime === stat.startTime && before.commandLine !== commandLine(pid);
    const missed =
      before?.startTime !== stat.startTime &&
      stat.startTime <= told.at + FORK_TICKS &&
      !members.includes(stat.parent);
    if (forgot || missed) tell(pid, told);
  }
}

/** How long after the others a process may have been forked by one of them that was told already. */
const FORK_TICKS = 3;

function tell(pid: number, told: Told): void {
  // Looked at before: a program that begins after this has not been told.
  const program = { startTime: processStat(pid)?.startTime ?? 0, commandLine: commandLine(pid) };
  send(pid, 'SIGTERM');
  told.programs.set(pid, program);
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return '';
  }
}

function ticksNow(): number {
  try {
    return Math.round(Number(readFileSync('/proc/uptime', 'latin1').split(' ')[0]) * 100);
  } catch {
    return 0;
  }
}

const KILL_PATIENCE_MS = 5000;
const KILL_PAUSE_MS = 5;

/** KILL until nobody is left; false when somebody outlived all patience (a process in an uninterruptible call). */
export async function killTree(tree: Tree): Promise<boolean> {
  if (tree.cgroup) freezeForks(tree.cgroup);
  else if (!SEES_PROCESSES || isAlive(tree.leader)) send(-tree.leader.pid, 'SIGKILL');
  const until = performance.now() + KILL_PATIENCE_MS;
  for (let members = treeMembers(tree); members.length > 0; members = treeMembers(tree)) {
    if (performance.now() > until) return false;
    // Stopped first, so that they cannot fork faster than they are killed.
    if (!tree.cgroup) for (const pid of members) send(pid, 'SIGSTOP');
    for (const pid of members) send(pid, 'SIGKILL');
    await delay(KILL_PAUSE_MS);
  }
  return true;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It is gone.
  }
}
