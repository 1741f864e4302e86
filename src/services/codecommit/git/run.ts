import { spawn } from 'node:child_process';
import { PassThrough, type Readable } from 'node:stream';
import { Fault } from '../../../kernel/errors.ts';
import { type GitLimits, gitEnvironment } from './environment.ts';

const MAX_OUTPUT = 64 * 1024 * 1024;
const MAX_MESSAGE = 4_096;

export interface GitOutcome {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface GitInput {
  readonly stdin?: Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  /** Ends git; the call rejects with the signal's reason then. */
  readonly signal?: AbortSignal;
}

/** git on one bare repository: an argv, never a shell. */
export interface Git {
  /** Runs to the end. Output is bounded; a git that cannot be started is a `Fault`. */
  try(dir: string, args: readonly string[], input?: GitInput): Promise<GitOutcome>;
  /** As `try`, but a failure of git is a `Fault` that carries its message. */
  run(dir: string, args: readonly string[], input?: GitInput): Promise<Buffer>;
  /** Output as it comes; the stream fails when git does. */
  stream(dir: string, args: readonly string[]): Readable;
  environment(dir: string): Record<string, string>;
}

export function createGit(limits: GitLimits): Git {
  const start = (dir: string, args: readonly string[], env?: Readonly<Record<string, string>>) =>
    spawn('git', [...args], {
      cwd: dir,
      env: { ...gitEnvironment(dir, limits), GIT_DIR: dir, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });

  const attempt = (dir: string, args: readonly string[], input: GitInput = {}) =>
    new Promise<GitOutcome>((resolve, reject) => {
      const { signal } = input;
      signal?.throwIfAborted();
      const child = start(dir, args, input.env);
      const chunks: Buffer[] = [];
      let size = 0;
      let stderr = '';
      child.stdout.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > MAX_OUTPUT) child.kill('SIGKILL');
        else chunks.push(chunk);
      });
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        if (stderr.length < MAX_MESSAGE) stderr += text;
      });
      const end = () => child.kill();
      signal?.addEventListener('abort', end);
      child.once('error', (error) => reject(new Fault('git could not be started', error)));
      child.once('close', (code) => {
        signal?.removeEventListener('abort', end);
        if (signal?.aborted) reject(signal.reason);
        else if (size > MAX_OUTPUT)
          reject(new Fault(`git ${args[0]} answered more than ${MAX_OUTPUT} bytes`));
        else
          resolve({ code: code ?? -1, stdout: Buffer.concat(chunks), stderr: stderr.slice(0, MAX_MESSAGE) });
      });
      // git may end before it has read everything; its exit code says why.
      child.stdin.on('error', () => {});
      child.stdin.end(input.stdin);
    });

  return {
    environment: (dir) => gitEnvironment(dir, limits),
    try: attempt,
    async run(dir, args, input) {
      const { code, stdout, stderr } = await attempt(dir, args, input);
      if (code !== 0) throw new Fault(`git ${args[0]} failed (${code}): ${stderr.trim()}`);
      return stdout;
    },
    stream(dir, args) {
      const child = start(dir, args);
      const output = new PassThrough();
      let stderr = '';
      child.stdin.on('error', () => {}).end();
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        if (stderr.length < MAX_MESSAGE) stderr += text;
      });
      child.stdout.pipe(output, { end: false });
      child.once('error', (error) => output.destroy(new Fault('git could not be started', error)));
      // The stream ends well only when git did: a reader never takes half an archive for a whole one.
      child.once('close', (code, signal) => {
        if (code === 0) output.end();
        else output.destroy(new Fault(`git ${args[0]} failed (${code ?? signal}): ${stderr.trim()}`));
      });
      output.once('close', () => child.kill('SIGKILL'));
      return output;
    },
  };
}
