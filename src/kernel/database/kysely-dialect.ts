import {
  type CompiledQuery,
  type DatabaseConnection,
  type DialectAdapter,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { Fault } from '../errors.ts';
import type { Dialect, SqlValue } from './port.ts';

/** Runs one compiled statement on the connection that happens to be current. */
export type RunCompiled = (
  sql: string,
  values: readonly SqlValue[],
) => Promise<{ rows: unknown[]; changes: number }>;

/**
 * A Kysely that builds and runs statements on a connection of ours and never begins transactions by itself: the
 * committer owns those.
 */
export function createBoundKysely(dialect: Dialect, run: RunCompiled): Kysely<unknown> {
  const connection: DatabaseConnection = {
    async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
      const { rows, changes } = await run(query.sql, query.parameters as readonly SqlValue[]);
      return { rows: rows as R[], numAffectedRows: BigInt(changes) };
    },
    streamQuery(): never {
      throw new Fault('streaming queries are not offered; page instead');
    },
  };
  const refuse = async () => {
    throw new Fault('transactions belong to the committer; use database.transaction');
  };
  const driver: Driver = {
    async init() {},
    async acquireConnection() {
      return connection;
    },
    beginTransaction: refuse,
    commitTransaction: refuse,
    rollbackTransaction: refuse,
    async releaseConnection() {},
    async destroy() {},
  };
  return new Kysely({
    dialect: {
      createDriver: () => driver,
      createAdapter: (): DialectAdapter =>
        dialect === 'sqlite' ? new SqliteAdapter() : new PostgresAdapter(),
      createIntrospector: (db) =>
        dialect === 'sqlite' ? new SqliteIntrospector(db) : new PostgresIntrospector(db),
      createQueryCompiler: () =>
        dialect === 'sqlite' ? new SqliteQueryCompiler() : new PostgresQueryCompiler(),
    },
  });
}
