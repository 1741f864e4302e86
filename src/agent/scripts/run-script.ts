import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Clock } from '../../kernel/clock.ts';
import { signalGroup } from '../state/processes.ts';

export interface ScriptRun {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Takes both outputs. A file and no pipe: a daemon that the script leaves behind may hold it open for ever. */
  readonly logFile: string;
  readonly clock: Clock;
  /** Stops the script. */
  readonly signal: AbortSignal;
  /** Told before anything is waited for. */
  readonly onStart: (pid: number) => void;
}

export type ScriptEnd =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signalled'; readonly signal: string }
  | { readonly kind: 'timed-out' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'not-started'; readonly reason: string };

/** Real milliseconds between TERM and KILL. */
const GRACE_MS = 5_000;

/** Runs one script in a session of its own and waits for the script itself, not for what it left behind. */
export async function runScript(run: ScriptRun): Promise<ScriptEnd> {
  if (run.signal.aborted) return { kind: 'stopped' };
  const log = openSync(run.logFile, 'a', 0o600);
  let child: ChildProcess;
  try {
    const [program, ...rest] = run.argv;
    child = spawn(program, rest, {
      cwd: run.cwd,
      env: run.env,
      stdio: ['ignore', log, log],
      detached: true,
    });
  } finally {
    closeSync(log);
  }
  const ended = waitFor(child);
  if (child.pid === undefined) return ended;
  const pid = child.pid;
  run.onStart(pid);
  let why: 'timed-out' | 'stopped' | undefined;
  let kill: NodeJS.Timeout | undefined;
  const end = (reason: 'timed-out' | 'stopped') => {
    if (why !== undefined) return;
    why = reason;
    signalGroup(pid, 'SIGTERM');
    kill = setTimeout(() => signalGroup(pid, 'SIGKILL'), GRACE_MS);
  };
  const cancelTimer = run.clock.wakeAt(run.clock.now() + run.timeoutMs, () => end('timed-out'));
  const onAbort = () => end('stopped');
  run.signal.addEventListener('abort', onAbort);
  const result = await ended;
  clearTimeout(kill);
  cancelTimer();
  run.signal.removeEventListener('abort', onAbort);
  if (why === undefined) return result;
  // The script may have ended at TERM while its children did not.
  signalGroup(pid, 'SIGKILL');
  return { kind: why };
}

function waitFor(child: ChildProcess): Promise<ScriptEnd> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ kind: 'not-started', reason: error.message }));
    child.once('exit', (code, signal) =>
      resolve(code === null ? { kind: 'signalled', signal: signal ?? '?' } : { kind: 'exited', code }),
    );
  });
}
