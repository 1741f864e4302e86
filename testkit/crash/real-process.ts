import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const LAUNCHER = join(import.meta.dirname, '../../bin/pipewright.mjs');
const LOOK_MS = 25;
/** Nothing here depends on it: it ends a test that waits for what never comes. */
const LIMIT_MS = 300_000;

/** `bin/pipewright.mjs` as a process of its own. */
export interface RealProcess {
  readonly pid: number;
  /** Everything that it printed. */
  said(): string;
  /** How it ended, once it has. */
  readonly ended: Promise<NodeJS.Signals | number | null>;
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<NodeJS.Signals | number | null>;
}

/** Starts a command and waits until it prints the text. */
export async function startReal(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  ready: string,
): Promise<RealProcess> {
  const child: ChildProcess = spawn(process.execPath, [LAUNCHER, ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => void (said += chunk));
  }
  const ended = new Promise<NodeJS.Signals | number | null>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? code));
  });
  await until(`pipewright ${args[0]} to say "${ready}"`, () => {
    if (child.exitCode !== null) throw new Error(`pipewright ${args[0]} ended:\n${said}`);
    return said.includes(ready);
  });
  return {
    pid: child.pid as number,
    said: () => said,
    ended,
    async kill(signal) {
      child.kill(signal);
      return await ended;
    },
  };
}

/** Asks until there is an answer. */
export async function until<T>(
  what: string,
  ask: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  for (const end = Date.now() + LIMIT_MS; Date.now() < end; await sleep(LOOK_MS)) {
    const found = await ask();
    if (found !== undefined && found !== false) return found;
  }
  throw new Error(`waited in vain for ${what}`);
}

export interface SeenProcess {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** Processes that are at work in one of the folders: by their command line, environment or working directory. */
export function processesIn(folders: readonly string[]): SeenProcess[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid)
    .flatMap((pid) => {
      try {
        const at = (name: string) => readFileSync(`/proc/${pid}/${name}`, 'utf8');
        const [state, parent] = at('stat')
          .slice(at('stat').lastIndexOf(')') + 2)
          .split(' ');
        const command = at('cmdline').replaceAll('\0', ' ').trim();
        const traces = [command, at('environ'), readlinkSync(`/proc/${pid}/cwd`)];
        const here = state !== 'Z' && traces.some((trace) => folders.some((each) => trace.includes(each)));
        return here ? [{ pid, parent: Number(parent), command }] : [];
      } catch {
        // It has just ended, or is the system's own.
        return [];
      }
    });
}
