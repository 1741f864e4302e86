import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

export const launcher = join(import.meta.dirname, '../../bin/pipewright.mjs');

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `pipewright …` as a process of its own, under this Node or another. */
export function startCli(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  node: readonly [string, ...string[]] = [process.execPath],
): { readonly child: ChildProcess; readonly ended: Promise<Ran> } {
  const [command, ...nodeArgs] = node;
  const child = spawn(command, [...nodeArgs, launcher, ...args], {
    env: { ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ran>((resolve) => {
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { child, ended };
}

/** Runs it to its end. */
export function runCli(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<Ran> {
  return startCli(args, env).ended;
}
