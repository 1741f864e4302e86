import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dialect } from '../../src/kernel/database/port.ts';
import { openWantedDatabase } from '../support/wanted-database.ts';

/** A life that does not end is a failure; what it said tells why. */
const HANGS_MS = 300_000;

/** What every child that is to be killed gets as JSON in its first argument. */
export interface LifeOptions {
  readonly dataDir: string;
  readonly databaseUrl?: string;
}

export interface Life {
  readonly signal: NodeJS.Signals | null;
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** Every failpoint that it came by, in order. */
  readonly hits: readonly string[];
}

/** A data folder and a database in which a process lives several times. */
export interface Lives<Options extends LifeOptions = LifeOptions> {
  readonly dir: string;
  readonly options: Options;
  /** Starts the process and waits until it has ended or was killed at the failpoint. */
  live(failpoint?: string): Promise<Life>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function openLives(dialect: Dialect, child: string): Promise<Lives>;
export async function openLives<More extends object>(
  dialect: Dialect,
  child: string,
  more: (dir: string) => More,
): Promise<Lives<LifeOptions & More>>;
export async function openLives(
  dialect: Dialect,
  child: string,
  more: (dir: string) => object = () => ({}),
): Promise<Lives> {
  const dir = mkdtempSync(join(tmpdir(), 'pipewright-crash-'));
  // Builds run as a user of few rights.
  chmodSync(dir, 0o755);
  const { url, drop } = await openWantedDatabase(dialect);
  const options = {
    dataDir: join(dir, 'data'),
    ...(url === undefined ? {} : { databaseUrl: url }),
    ...more(dir),
  };
  let lives = 0;
  return {
    dir,
    options,
    live: (failpoint) => live(child, options, join(dir, `hits-${++lives}`), failpoint),
    async [Symbol.asyncDispose]() {
      await drop();
      rmSync(dir, { recursive: true, force: true, maxRetries: 20 });
    },
  };
}

/** The child's side of it. */
export function lifeOptions<More extends object = object>(): LifeOptions & More {
  return JSON.parse(process.argv[2] as string) as LifeOptions & More;
}

function live(
  script: string,
  options: LifeOptions,
  record: string,
  failpoint: string | undefined,
): Promise<Life> {
  const child = spawn(process.execPath, [script, JSON.stringify(options)], {
    env: {
      PATH: process.env['PATH'],
      NODE_COMPILE_CACHE: join(tmpdir(), 'pipewright-crash-compile-cache'),
      PIPEWRIGHT_FAILPOINTS_RECORD: record,
      ...(failpoint === undefined ? {} : { PIPEWRIGHT_FAILPOINT: failpoint }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    err += chunk;
  });
  const hangs = setTimeout(() => {
    err += `\nit did not end within ${HANGS_MS} ms`;
    child.kill('SIGTERM');
  }, HANGS_MS);
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      clearTimeout(hangs);
      // A build's runner that lives on may hold the outputs open.
      setImmediate(() => resolve({ signal, code, out, err, hits: linesOf(record) }));
    });
  });
}

export function linesOf(path: string): string[] {
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : [];
}
