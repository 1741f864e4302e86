import Sqlite from 'better-sqlite3';
import { createBoundKysely } from '../kysely-dialect.ts';
import type { SqlValue } from '../port.ts';
import type { TxConnection } from '../transaction-handle.ts';

export type SqliteHandle = InstanceType<typeof Sqlite>;

const MAX_STATEMENTS = 1000;

export interface SqliteConnection extends TxConnection {
  readonly handle: SqliteHandle;
  /** Counts the statements that may have changed something. */
  readonly writes: () => number;
  runNow(sql: string, values?: readonly SqlValue[]): { rows: unknown[]; changes: number };
}

/** Opens a file for writing (creating it) or for reading only, with statements compiled once for each text. */
export function openSqlite(file: string, mode: 'write' | 'read'): SqliteConnection {
  const handle = new Sqlite(file, { readonly: mode === 'read', timeout: 10_000 });
  if (mode === 'write') {
    handle.pragma('auto_vacuum = INCREMENTAL');
    handle.pragma('journal_mode = WAL');
    handle.pragma('synchronous = FULL');
    handle.pragma('foreign_keys = ON');
  }
  handle.pragma('temp_store = MEMORY');
  const statements = new Map<string, Sqlite.Statement>();
  const statement = (sql: string): Sqlite.Statement => {
    const known = statements.get(sql);
    if (known) return known;
    if (statements.size >= MAX_STATEMENTS) statements.delete(statements.keys().next().value as string);
    const prepared = handle.prepare(sql);
    statements.set(sql, prepared);
    return prepared;
  };
  let writes = 0;
  const runNow = (sql: string, values: readonly SqlValue[] = []) => {
    const prepared = statement(sql);
    if (!prepared.readonly) writes++;
    if (prepared.reader) {
      const rows = prepared.all(...values);
      return { rows, changes: rows.length };
    }
    return { rows: [], changes: prepared.run(...values).changes };
  };
  const run = async (sql: string, values: readonly SqlValue[]) => runNow(sql, values);
  return {
    dialect: 'sqlite',
    handle,
    kysely: createBoundKysely('sqlite', run),
    run,
    runNow,
    writes: () => writes,
  };
}
