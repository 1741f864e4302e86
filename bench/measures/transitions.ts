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
      const sqlite = await onKernel(join(dir, 'kernel'), undefined, 3000);
      const bare = bareSqlite(join(dir, 'kernel', 'pipewright.db'));
      const figures: Figure[] = [
        figure('fdatasync of 4 KB, median', fsyncMs(join(dir, 'file')), 'ms', fsyncMs(join(dir, 'file'))),
        figure('transitions on SQLite, one after another', sqlite.single, '1/s', bare.single, 'ratio ≥ 0.4'),
        figure(
          'transitions on SQLite, concurrent',
          sqlite.grouped,
          '1/s',
          bare.grouped,
          'ratio ≥ 0.4; 2,000/s',
        ),
      ];
      const server = await startPostgres({ durable: true });
      try {
        const postgres = await onKernel(join(dir, 'kernel-pg'), server.url, 1500);
        const barePg = await barePostgres(server.url);
        figures.push(
          figure(
            'transitions on PostgreSQL, one after another',
            postgres.single,
            '1/s',
            barePg.single,
            'ratio ≥ 0.4',
          ),
          figure(
            'transitions on PostgreSQL, concurrent',
            postgres.grouped,
            '1/s',
            barePg.grouped,
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

interface Rates {
  readonly single: number;
  readonly grouped: number;
}

async function onKernel(dataDir: string, databaseUrl: string | undefined, count: number): Promise<Rates> {
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
  const run = (n: number) =>
    kernel.transitions.run(scope, { kind: 'bench.counter', id: `c${n % 100}` }, { kind: 'count' });
  for (let n = 0; n < 200; n++) await run(n);
  const single = await timed(async () => {
    for (let n = 0; n < count / 3; n++) await run(n);
  });
  const grouped = await timed(async () => {
    let next = 0;
    const worker = async () => {
      while (next < count) await run(next++);
    };
    await Promise.all(Array.from({ length: GROUP }, worker));
  });
  await kernel.close();
  return { single: count / 3 / (single / 1000), grouped: count / (grouped / 1000) };
}

function bareSqlite(file: string): Rates {
  const database = new Sqlite(file);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  const question = (sql: string) => database.prepare(sql.replaceAll(/\$\d/g, '?'));
  const upsert = question(UPSERT);
  const append = question(APPEND);
  let sequence = 1_000_000;
  const step = (n: number) => {
    sequence++;
    upsert.run('111111111111', 'us-east-1', 'bare', `c${n % 100}`, sequence, STATE, Date.now());
    append.run('111111111111', 'us-east-1', 'bare', `c${n % 100}`, sequence, Date.now(), HISTORY);
  };
  const rate = (count: number, size: number) => {
    const start = performance.now();
    for (let n = 0; n < count; n += size) {
      database.exec('begin immediate');
      for (let i = 0; i < size; i++) step(n + i);
      database.exec('commit');
    }
    return count / ((performance.now() - start) / 1000);
  };
  rate(200, 1);
  const rates = { single: rate(1000, 1), grouped: rate(6400, GROUP) };
  database.close();
  return rates;
}

async function barePostgres(url: string): Promise<Rates> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  let sequence = 1_000_000;
  const step = async (n: number) => {
    sequence++;
    const key = ['111111111111', 'us-east-1', 'bare', `c${n % 100}`, sequence];
    await client.query({ name: 'upsert', text: UPSERT, values: [...key, STATE, Date.now()] });
    await client.query({ name: 'append', text: APPEND, values: [...key, Date.now(), HISTORY] });
  };
  const rate = async (count: number, size: number) => {
    const start = performance.now();
    for (let n = 0; n < count; n += size) {
      await client.query('begin');
      for (let i = 0; i < size; i++) await step(n + i);
      await client.query('commit');
    }
    return count / ((performance.now() - start) / 1000);
  };
  await rate(100, 1);
  const rates = { single: await rate(500, 1), grouped: await rate(1920, GROUP) };
  await client.end();
  return rates;
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
