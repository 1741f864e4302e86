import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import pg from 'pg';
import { createSystemClock } from '../../src/kernel/clock-system.ts';
import { openKernel } from '../../src/kernel/open.ts';
import type { Sandbox } from '../../src/kernel/sandbox/port.ts';
import { createLogger } from '../../src/kernel/telemetry/logger.ts';
import type { AggregateType } from '../../src/kernel/transitions/port.ts';
import { startPostgres } from '../../testkit/support/postgres-server.ts';
import { inFolder } from '../support/folder.ts';
import { type Figure, figure, type Measure, percentile, timed } from '../support/result.ts';

const scope = { account: '111111111111', region: 'us-east-1' };
const GROUP = 64;
const ROUNDS = 7;

const counter: AggregateType<{ readonly n: number; readonly note: string }> = {
  kind: 'bench.counter',
  version: 1,
  decide: (state) => ({
    state: { n: (state?.n ?? 0) + 1, note: 'x'.repeat(200) },
    history: [{ kind: 'counted', data: { n: state?.n ?? 0 } }],
  }),
};

const STATE = JSON.stringify({ n: 1, note: 'x'.repeat(200) });
const HISTORY = JSON.stringify({ kind: 'counted', data: { n: 1 } });
const UPSERT = `insert into aggregates (account, region, kind, id, sequence, schema_version, state, updated_at)
  values ($1, $2, $3, $4, $5, 1, $6, $7)
  on conflict (account, region, kind, id) do update set sequence = excluded.sequence, state = excluded.state`;
const APPEND = `insert into history (account, region, kind, id, sequence, n, at, event)
  values ($1, $2, $3, $4, $5, 0, $6, $7)`;

/** Durable transitions beside bare commits of the same two rows, one after another and grouped. */
export const transitions: Measure = {
  name: 'transitions',
  async run() {
    return await inFolder(async (dir) => {
      const sqlite = await sideBySide(
        await openCounters(join(dir, 'kernel'), undefined),
        bareSqlite(await emptyDatabase(join(dir, 'bare'))),
        { single: 400, grouped: 3200 },
      );
      const figures: Figure[] = [
        figure('fdatasync of 4 KB, median', fsyncMs(join(dir, 'file')), 'ms', fsyncMs(join(dir, 'file'))),
        figure(
          'transitions on SQLite, one after another',
          sqlite.here.single,
          '1/s',
          sqlite.floor.single,
          'ratio ≥ 0.4',
        ),
        figure(
          'transitions on SQLite, concurrent',
          sqlite.here.grouped,
          '1/s',
          sqlite.floor.grouped,
          'ratio ≥ 0.4; 2,000/s',
        ),
      ];
      const server = await startPostgres({ durable: true });
      try {
        const postgres = await sideBySide(
          await openCounters(join(dir, 'kernel-pg'), server.url),
          await barePostgres(server.url),
          { single: 200, grouped: 640 },
        );
        figures.push(
          figure(
            'transitions on PostgreSQL, one after another',
            postgres.here.single,
            '1/s',
            postgres.floor.single,
            'ratio ≥ 0.4',
          ),
          figure(
            'transitions on PostgreSQL, concurrent',
            postgres.here.grouped,
            '1/s',
            postgres.floor.grouped,
            'ratio ≥ 0.4',
          ),
        );
      } finally {
        await server.stop();
      }
      return figures;
    });
  },
};

/** Someone who writes `count` transitions: one commit for each, or as many in one commit as there are at a time. */
interface Writer {
  single(count: number): Promise<void>;
  grouped(count: number): Promise<void>;
  close(): Promise<void>;
}

interface Rates {
  readonly single: number;
  readonly grouped: number;
}

/** Both take turns, so that the machine's moods meet both alike; the first round only warms up. Medians in 1/s. */
async function sideBySide(
  here: Writer,
  floor: Writer,
  counts: Rates,
): Promise<{ readonly here: Rates; readonly floor: Rates }> {
  const rate = async (writer: Writer, way: keyof Rates) =>
    counts[way] / ((await timed(() => writer[way](counts[way]))) / 1000);
  const seen = { here: { single: [], grouped: [] }, floor: { single: [], grouped: [] } } as Record<
    'here' | 'floor',
    Record<keyof Rates, number[]>
  >;
  for (let round = 0; round <= ROUNDS; round++) {
    for (const way of ['single', 'grouped'] as const) {
      const rates = { here: await rate(here, way), floor: await rate(floor, way) };
      if (round === 0) continue;
      seen.here[way].push(rates.here);
      seen.floor[way].push(rates.floor);
    }
  }
  await here.close();
  await floor.close();
  const medians = (of: Record<keyof Rates, number[]>) => ({
    single: percentile(of.single, 0.5),
    grouped: percentile(of.grouped, 0.5),
  });
  return { here: medians(seen.here), floor: medians(seen.floor) };
}

async function openBenchKernel(dataDir: string, databaseUrl: string | undefined) {
  const kernel = await openKernel({
    dataDir,
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    env: {},
    clock: createSystemClock(),
    logger: createLogger({ level: 'silent' }),
    endpoint: () => '',
    sandbox: async () => ({ close: async () => {} }) as Sandbox,
  });
  await kernel.install([
    { name: 'bench', migrations: [], aggregates: [counter as AggregateType], tasks: [] },
  ]);
  return kernel;
}

/** A file with the kernel's own tables and nothing in them. */
async function emptyDatabase(dataDir: string): Promise<string> {
  await (await openBenchKernel(dataDir, undefined)).close();
  return join(dataDir, 'pipewright.db');
}

async function openCounters(dataDir: string, databaseUrl: string | undefined): Promise<Writer> {
  const kernel = await openBenchKernel(dataDir, databaseUrl);
  const run = (n: number) =>
    kernel.transitions.run(scope, { kind: 'bench.counter', id: `c${n % 100}` }, { kind: 'count' });
  return {
    async single(count) {
      for (let n = 0; n < count; n++) await run(n);
    },
    async grouped(count) {
      let next = 0;
      const worker = async () => {
        while (next < count) await run(next++);
      };
      await Promise.all(Array.from({ length: GROUP }, worker));
    },
    close: () => kernel.close(),
  };
}

function bareSqlite(file: string): Writer {
  const database = new Sqlite(file);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  const question = (sql: string) => database.prepare(sql.replaceAll(/\$\d/g, '?'));
  const upsert = question(UPSERT);
  const append = question(APPEND);
  let sequence = 0;
  const write = async (count: number, size: number) => {
    for (let n = 0; n < count; n += size) {
      database.exec('begin immediate');
      for (let i = n; i < n + size; i++) {
        sequence++;
        upsert.run('111111111111', 'us-east-1', 'bare', `c${i % 100}`, sequence, STATE, Date.now());
        append.run('111111111111', 'us-east-1', 'bare', `c${i % 100}`, sequence, Date.now(), HISTORY);
      }
      database.exec('commit');
    }
  };
  return {
    single: (count) => write(count, 1),
    grouped: (count) => write(count, GROUP),
    async close() {
      database.close();
    },
  };
}

async function barePostgres(url: string): Promise<Writer> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  let sequence = 0;
  const write = async (count: number, size: number) => {
    for (let n = 0; n < count; n += size) {
      await client.query('begin');
      for (let i = n; i < n + size; i++) {
        sequence++;
        const key = ['111111111111', 'us-east-1', 'bare', `c${i % 100}`, sequence];
        await client.query({ name: 'upsert', text: UPSERT, values: [...key, STATE, Date.now()] });
        await client.query({ name: 'append', text: APPEND, values: [...key, Date.now(), HISTORY] });
      }
      await client.query('commit');
    }
  };
  return {
    single: (count) => write(count, 1),
    grouped: (count) => write(count, GROUP),
    close: () => client.end(),
  };
}

function fsyncMs(path: string): number {
  const file = openSync(path, 'w');
  const times: number[] = [];
  for (let n = 0; n < 50; n++) {
    writeSync(file, Buffer.alloc(4096), 0, 4096, 0);
    const start = performance.now();
    fdatasyncSync(file);
    times.push(performance.now() - start);
  }
  closeSync(file);
  return percentile(times, 0.5);
}
