import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import pg from 'pg';
import { Fault } from '../../errors.ts';
import { type CommitConnection, Committer } from '../committer.ts';
import { createBoundKysely } from '../kysely-dialect.ts';
import { applyMigrations } from '../migrate.ts';
import type { Database, Reader, SqlValue } from '../port.ts';
import { holdName, waitForRelease } from './hold.ts';
import { openPostgresNotifier } from './notifier.ts';
import { collateText, statementName, toDollarPlaceholders } from './statement.ts';

pg.types.setTypeParser(pg.types.builtins.INT8, Number);

const MIGRATION_LOCK = 7_301_001;
const READS = /^\s*select\b/i;
const RETRIED = new Set(['40001', '40P01']);

type Queryable = Pick<pg.Client, 'query'>;

/**
 * For more than one machine. One writing connection in each process: transactions share its commits; other processes
 * are kept apart by row locks.
 */
export async function openPostgresDatabase(url: string): Promise<Database> {
  const processId = randomUUID();
  const pool = new pg.Pool({ connectionString: url, max: 6, application_name: 'pipewright-read' });
  pool.on('error', () => {});
  const writer = new ReconnectingClient(url);
  await writer.connect();
  const notifier = await openPostgresNotifier(url, processId);
  const committer = new Committer(commitConnection(writer));
  const close = async () => {
    await committer.close();
    await notifier.close();
    await writer.end();
    await pool.end();
  };
  let closing: Promise<void> | undefined;
  return {
    dialect: 'postgres',
    read: readerOn(pool),
    transaction: (work) => committer.transaction(work),
    async migrate(migrations) {
      const client = await pool.connect();
      try {
        await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
        await applyMigrations(committer, migrations);
      } finally {
        await client.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK]);
        client.release();
      }
    },
    notify: (tx, channel, payload) => tx.afterCommit(() => notifier.send(channel, payload)),
    listen: notifier.listen,
    hold: (name) => holdName(url, name),
    whenReleased: (name, signal) => waitForRelease(url, name, signal),
    async isHeld(name) {
      const client = await pool.connect();
      try {
        const { rows } = await client.query('select pg_try_advisory_lock(hashtextextended($1, 0)) as free', [
          name,
        ]);
        const free = (rows[0] as { free: boolean }).free;
        if (free) await client.query('select pg_advisory_unlock(hashtextextended($1, 0))', [name]);
        return !free;
      } finally {
        client.release();
      }
    },
    async snapshot(work) {
      const client = new pg.Client({ connectionString: url, application_name: 'pipewright-snapshot' });
      await client.connect();
      try {
        await client.query('begin isolation level repeatable read, read only');
        // The picture is taken by the first look at it.
        await client.query('select 1');
        return await work(readerOn(client));
      } finally {
        await client.end();
      }
    },
    close: () => (closing ??= close()),
  };
}

function readerOn(client: Queryable): Reader {
  const kysely = createBoundKysely('postgres', (sql, values) => runOn(client, sql, values));
  return {
    dialect: 'postgres',
    tables: <T>() => kysely as Kysely<T>,
    query: async <R>(sql: string, values: readonly SqlValue[] = []) =>
      (await runOn(client, toDollarPlaceholders(sql), values)).rows as R[],
  };
}

async function runOn(client: Queryable, sql: string, values: readonly SqlValue[]) {
  const text = collateText(sql);
  const name = statementName(text);
  const result = await client.query({
    text,
    values: values as SqlValue[],
    ...(name === undefined ? {} : { name }),
  });
  return { rows: result.rows as unknown[], changes: result.rowCount ?? 0 };
}

/** One client that is replaced when its connection is lost; the transaction under way fails. */
class ReconnectingClient {
  readonly #url: string;
  #client: pg.Client | undefined;

  constructor(url: string) {
    this.#url = url;
  }

  async connect(): Promise<pg.Client> {
    if (this.#client) return this.#client;
    const client = new pg.Client({ connectionString: this.#url, application_name: 'pipewright-write' });
    client.on('error', () => this.drop(client));
    client.on('end', () => this.drop(client));
    await client.connect();
    this.#client = client;
    return client;
  }

  current(): pg.Client {
    if (!this.#client) throw new Fault('the connection to PostgreSQL was lost');
    return this.#client;
  }

  drop(client: pg.Client): void {
    if (this.#client === client) this.#client = undefined;
  }

  async end(): Promise<void> {
    await this.#client?.end();
  }
}

function commitConnection(writer: ReconnectingClient): CommitConnection {
  // Not only writes: after a statement that failed, PostgreSQL refuses every other one of the transaction.
  let touched = 0;
  const runOnWriter = async (sql: string, values: readonly SqlValue[]) => {
    if (!READS.test(sql)) touched++;
    try {
      return await runOn(writer.current(), sql, values);
    } catch (error) {
      touched++;
      throw error;
    }
  };
  const run = (sql: string, values: readonly SqlValue[]) => runOnWriter(toDollarPlaceholders(sql), values);
  const plain = (sql: string) => async () => {
    await writer.current().query(sql);
  };
  const kysely = createBoundKysely('postgres', runOnWriter);
  return {
    get touched() {
      return touched;
    },
    dialect: 'postgres',
    kysely,
    run,
    async begin() {
      await (await writer.connect()).query('begin');
    },
    async commit() {
      const { command } = await writer.current().query('commit');
      // A transaction in which a statement failed is rolled back by `commit`, without an error.
      if (command !== 'COMMIT')
        throw new Fault('a transaction went on after one of its statements had failed');
    },
    async rollback() {
      await writer
        .connect()
        .then((client) => client.query('rollback'))
        .catch(() => {});
    },
    savepoint: plain('savepoint job'),
    releaseSavepoint: plain('release savepoint job'),
    rollbackToSavepoint: plain('rollback to savepoint job'),
    isTransient: (error) => RETRIED.has(codeOf(error)) || isLostInsertRace(error),
    isBroken: (error) => RETRIED.has(codeOf(error)) || codeOf(error) === '' || codeOf(error).startsWith('08'),
  };
}

/** Two processes created the same aggregate at once; the second finds it on its next try. */
function isLostInsertRace(error: unknown): boolean {
  return codeOf(error) === '23505' && (error as { table?: string }).table === 'aggregates';
}

function codeOf(error: unknown): string {
  return error instanceof pg.DatabaseError
    ? (error.code ?? '')
    : error instanceof Error && 'code' in error
      ? 'other'
      : 'none';
}
