import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase } from '../support/test-database.ts';

/** Where the lives of one process follow each other: a data folder, and a database where there is one. */
export interface LivesPlace {
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
}

export interface EndOfLife {
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** A life that does not end is a failure of its own. */
const HANGS_MS = 300_000;

export async function inPlace<T>(
  dialect: 'sqlite' | 'postgres',
  work: (place: LivesPlace) => Promise<T>,
): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), 'pipewright-crash-'));
  const database = dialect === 'postgres' ? await createTestDatabase() : undefined;
  try {
    return await work({ dataDir, databaseUrl: database?.url });
  } finally {
    await database?.drop();
    await rm(dataDir, { recursive: true, force: true, maxRetries: 20 });
  }
}

/** One life of `child <data folder> [<database url>]`, until it ends or is killed. */
export function live(
  child: string,
  { dataDir, databaseUrl }: LivesPlace,
  env: Readonly<Record<string, string>>,
): Promise<EndOfLife> {
  const args = [child, dataDir, ...(databaseUrl === undefined ? [] : [databaseUrl])];
  const life = spawn(process.execPath, args, {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  life.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk;
  });
  life.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    err += chunk;
  });
  const hangs = setTimeout(() => {
    err += `it did not end within ${HANGS_MS / 1000} seconds`;
    life.kill('SIGTERM');
  }, HANGS_MS);
  return new Promise((resolve) => {
    life.once('close', (_, signal) => {
      clearTimeout(hangs);
      resolve({ signal, out, err });
    });
  });
}
