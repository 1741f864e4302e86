import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import type { SandboxLimits } from '../sandbox/port.ts';

interface Command {
  readonly file: string;
  readonly argv0: string;
  readonly args: readonly string[];
}

const PRLIMIT = ['/usr/bin/prlimit', '/bin/prlimit'];
/** The second form is the shell's own, where it does not know the first. */
const SHELL = 'ulimit -d "$1"; ulimit -u "$2" 2>/dev/null || ulimit -p "$2"; shift 2; exec "$@"';

/**
 * Bounds a command without a control group. Memory for each process counts what it may write to (RLIMIT_DATA): the
 * address space would forbid every program that reserves more than it uses. Processes are bounded for the user as a
 * whole, so those that run already are added. Root is not bounded by it.
 */
export function limited(command: Command, limits: SandboxLimits, uid: number | undefined): Command {
  const allowed = readLimits();
  const processes = Math.min(
    limits.processes + runningThreads(uid ?? process.getuid?.() ?? 0),
    allowed('Max processes'),
  );
  const memory = Math.min(limits.memoryBytes, allowed('Max data size'));
  const run = [command.file, ...command.args];
  const prlimit = PRLIMIT.find((path) => existsSync(path));
  if (prlimit !== undefined) {
    const bounds = [`--data=${memory}`, `--nproc=${processes}`];
    return { file: prlimit, argv0: 'prlimit', args: [...bounds, '--', ...run] };
  }
  const kibibytes = Math.floor(memory / 1024);
  const args = ['-c', SHELL, 'sh', String(kibibytes), String(processes), ...run];
  return { file: '/bin/sh', argv0: 'sh', args };
}

/** The limits that this process is under itself: no user may go beyond them. */
function readLimits(): (name: string) => number {
  let text = '';
  try {
    text = readFileSync('/proc/self/limits', 'latin1');
  } catch {
    // Not on this system.
  }
  return (name) => {
    const hard = new RegExp(`^${name}\\s+\\S+\\s+(\\d+)`, 'm').exec(text)?.[1];
    return hard === undefined ? Number.MAX_SAFE_INTEGER : Number(hard);
  };
}

function runningThreads(uid: number): number {
  if (!existsSync('/proc/self/status')) return 0;
  let threads = 0;
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      if (statSync(`/proc/${name}`).uid !== uid) continue;
      threads += Number(/^Threads:\s+(\d+)$/m.exec(readFileSync(`/proc/${name}/status`, 'latin1'))?.[1] ?? 1);
    } catch {
      // It ended meanwhile.
    }
  }
  return threads;
}
