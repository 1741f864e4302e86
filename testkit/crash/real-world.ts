import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findConnection } from '../../src/cli/client/connection.ts';
import { createClients, type DemoClients } from '../../src/cli/demo/clients.ts';
import { names } from '../../src/cli/demo/names.ts';
import { createResources } from '../../src/cli/demo/resources.ts';
import { openDatabase } from '../../src/kernel/database/open.ts';
import type { Database, Dialect } from '../../src/kernel/database/port.ts';
import { TEST_CLOCK_VARIABLE } from '../../src/server/server.ts';
import { freePort } from '../support/free-port.ts';
import { gitUser } from '../support/git-server.ts';
import { openWantedDatabase } from '../support/wanted-database.ts';
import { type Outcome, readOutcome } from './outcome.ts';
import { realFiles } from './real-bundle.ts';
import { processesIn, type RealProcess, type SeenProcess, startReal, until } from './real-process.ts';
import { inconsistencies, recordOutbox } from './real-records.ts';
import type { Call } from './resources.ts';
import { sdkCaller } from './sdk-call.ts';

/** A server and an agent as processes of their own, everything of the main job, and nothing pushed yet. */
export interface RealWorld {
  readonly dir: string;
  readonly dataDir: string;
  readonly database: Database;
  readonly clients: DemoClients;
  readonly call: Call;
  server(): RealProcess;
  agent(): RealProcess;
  /** On the same data, database and port; the one before must have ended. */
  startServer(env?: Readonly<Record<string, string>>): Promise<void>;
  startAgent(): Promise<void>;
  /** Makes a build or a hook wait where it is. */
  hold(name: string): void;
  release(name: string): void;
  /** A line for each time that a command or a script ran; those that begin so. */
  effects(start?: string): string[];
  /** How far the build that is held has counted. */
  ticks(): number;
  /** Commits all files and pushes them. */
  push(): Promise<{ readonly code: number; readonly output: string }>;
  /** Moves the server's domain time; only where it has the test clock. */
  advance(ms: number): void;
  processes(): SeenProcess[];
  /** Waits until nothing is left to do. */
  settle(): Promise<void>;
  outcome(): Promise<Outcome>;
  /** Comes to rest, ends both processes orderly, and answers with everything that is lost, doubled or left over. */
  faults(): Promise<string[]>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function openRealWorld(
  dialect: Dialect,
  { testClock = false }: { readonly testClock?: boolean } = {},
): Promise<RealWorld> {
  const dir = mkdtempSync(join(tmpdir(), 'pipewright-real-'));
  // Builds run as a user of few rights.
  chmodSync(dir, 0o755);
  for (const name of ['effects', 'ticks']) {
    writeFileSync(join(dir, name), '');
    chmodSync(join(dir, name), 0o666);
  }
  const dataDir = join(dir, 'data');
  const wanted = await openWantedDatabase(dialect);
  const port = await freePort();
  const git = gitUser();
  const running: { server?: RealProcess; agent?: RealProcess; database?: Database } = {};
  const place = { HOME: dir, NODE_COMPILE_CACHE: join(tmpdir(), 'pipewright-crash-compile-cache') };

  const clockSocket = join(dir, 'clock.sock');
  const clock: Readonly<Record<string, string>> = testClock ? { [TEST_CLOCK_VARIABLE]: clockSocket } : {};
  /** How far the server's domain time is ahead. */
  let ahead = 0;
  const startServer = async (more: Readonly<Record<string, string>> = {}) => {
    const args = ['up', '--port', String(port), '--data', dataDir, '--sandbox', 'process'];
    running.server = await startReal(args, { ...place, ...wanted.env, ...clock, ...more }, '  builds ');
  };
  const startAgent = async () => {
    const tag = `${names.tag.Key}=${names.tag.Value}`;
    const folders = ['--root', join(dir, 'root'), '--state', join(dir, 'state')];
    const args = ['agent', '--data', dataDir, '--name', 'host', '--tag', tag, ...folders];
    running.agent = await startReal(args, place, 'registered');
  };
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    await running.agent?.kill(signal);
    await running.server?.kill(signal);
  };
  const close = async () => {
    await end('SIGKILL');
    for (const { pid } of processesIn(folders())) tryToKill(pid);
    await until('its processes to end', () => processesIn(folders()).length === 0);
    await running.database?.close();
    await wanted.drop();
    git[Symbol.dispose]();
    for (const folder of folders()) rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
  };
  const effects = (start = '') =>
    readFileSync(join(dir, 'effects'), 'utf8')
      .split('\n')
      .filter((line) => line !== '' && line.startsWith(start));
  /** Where builds work lies outside of the data folder when they are another user's; each of them tells. */
  const workRoot = () => {
    const source = effects('build pre_build')[0]?.split(' ')[3];
    return source === undefined ? join(dataDir, 'work') : dirname(dirname(source));
  };
  const folders = () => [dir, workRoot()];

  try {
    await startServer();
    running.database = await openDatabase(wanted.url ?? join(dataDir, 'pipewright.db'));
    const { database } = running;
    await recordOutbox(database);
    const connection = findConnection({ data: dataDir });
    const clients = createClients(connection);
    const call = sdkCaller(connection);
    const { pushUrl } = await createResources(clients);
    await startAgent();
    git.local('', 'init', '-q', 'work');
    const settle = async () => {
      await until('nothing to be left to do', async () => {
        const rows = await database.read.query(
          'select id from outbox union all select id from tasks where run_at <= ? limit 1',
          [Date.now() + ahead],
        );
        return rows.length === 0;
      });
    };
    return {
      dir,
      dataDir,
      database,
      clients,
      call,
      server: () => running.server as RealProcess,
      agent: () => running.agent as RealProcess,
      startServer,
      startAgent,
      hold: (name) => writeFileSync(join(dir, `hold-${name}`), ''),
      release: (name) => rmSync(join(dir, `hold-${name}`)),
      effects,
      ticks: () => Number(readFileSync(join(dir, 'ticks'), 'utf8')),
      async push() {
        for (const [path, text] of Object.entries(realFiles(dir))) git.write(`work/${path}`, text);
        git.local('work', 'add', '--all', '--chmod=+x', '.');
        git.local('work', 'commit', '-q', '--allow-empty', '-m', 'change');
        return await git.git('work', ['push', '-q', pushUrl, `HEAD:${names.branch}`]);
      },
      advance(ms) {
        ahead += ms;
        connect(clockSocket)
          .resume()
          .end(`${JSON.stringify({ advance: ms })}\n`);
      },
      processes: () => processesIn(folders()),
      settle,
      outcome: () => readOutcome({ database, dataDir, sandbox: { workRoot: workRoot() } }, call),
      async faults() {
        await settle();
        const found = await inconsistencies(database.read);
        await end('SIGTERM');
        await until('every process to end', () => processesIn(folders()).length === 0).catch(() => {
          for (const { pid, command } of processesIn(folders())) found.push(`still runs: ${pid} ${command}`);
        });
        for (const folder of [
          join(dataDir, 'runs'),
          join(dataDir, 'tmp'),
          join(dataDir, 'builds'),
          workRoot(),
        ]) {
          if (existsSync(folder)) found.push(...readdirSync(folder).map((name) => `left: ${folder}/${name}`));
        }
        return found;
      },
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function tryToKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
