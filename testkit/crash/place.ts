import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runAgent } from '../../src/agent/index.ts';
import { names } from '../../src/cli/demo/names.ts';
import { createLogger } from '../../src/kernel/telemetry/logger.ts';
import { createTestDatabase } from '../support/test-database.ts';
import { agentLine } from './agent-line.ts';
import { HOOK_EFFECTS } from './bundle.ts';
import type { ScenarioOptions } from './scenario-main.ts';

const CHILD = join(import.meta.dirname, 'scenario-main.ts');
/** A life that does not end is a failure; what it said tells why. */
const HANGS_MS = 60_000;

export interface Life {
  readonly signal: NodeJS.Signals | null;
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** Every failpoint that it came by, in order. */
  readonly hits: readonly string[];
}

/** A data folder, a database and a host whose agent lives on when the server is killed. */
export interface Place {
  /** Starts the process and waits until it has ended or was killed. */
  live(failpoint?: string): Promise<Life>;
  /** A line for each time that a build's command or a hook ran. */
  effects(): { readonly build: readonly string[]; readonly hooks: readonly string[] };
  [Symbol.asyncDispose](): Promise<void>;
}

export async function openPlace(dialect: 'sqlite' | 'postgres'): Promise<Place> {
  const dir = mkdtempSync(join(tmpdir(), 'pipewright-crash-'));
  // Builds run as a user of few rights.
  chmodSync(dir, 0o755);
  const buildEffects = join(dir, 'build-effects');
  const hookEffects = join(dir, 'hook-effects');
  writeFileSync(buildEffects, '');
  chmodSync(buildEffects, 0o666);
  const database = dialect === 'postgres' ? await createTestDatabase() : undefined;
  const options: ScenarioOptions = {
    dataDir: join(dir, 'data'),
    ...(database === undefined ? {} : { databaseUrl: database.url }),
    agentSocket: join(dir, 'agent.sock'),
    buildEffects,
  };
  const stop = new AbortController();
  mkdirSync(join(dir, 'host'));
  const agent = runAgent({
    endpoint: 'http://127.0.0.1:1',
    region: 'us-east-1',
    credentials: { accessKeyId: '', secretAccessKey: '' },
    name: 'host',
    tags: [names.tag],
    root: join(dir, 'host', 'root'),
    stateDir: join(dir, 'host', 'state'),
    signal: stop.signal,
    logger: createLogger({ level: 'silent' }),
    environment: { [HOOK_EFFECTS]: hookEffects },
    transport: agentLine(options.agentSocket),
  });
  let lives = 0;
  return {
    live: (failpoint) => live(options, join(dir, `hits-${++lives}`), failpoint),
    effects: () => ({ build: linesOf(buildEffects), hooks: linesOf(hookEffects) }),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await agent;
      await database?.drop();
      rmSync(dir, { recursive: true, force: true, maxRetries: 20 });
    },
  };
}

function live(options: ScenarioOptions, record: string, failpoint: string | undefined): Promise<Life> {
  const child = spawn(process.execPath, [CHILD, JSON.stringify(options)], {
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

function linesOf(path: string): string[] {
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : [];
}
