import type { Kysely } from 'kysely';
import { Fault } from '../errors.ts';
import type { Dialect, SqlValue, Tx } from './port.ts';

/** The current connection as the committer sees it. */
export interface TxConnection {
  readonly dialect: Dialect;
  readonly kysely: Kysely<unknown>;
  run(sql: string, values: readonly SqlValue[]): Promise<{ rows: unknown[]; changes: number }>;
}

export interface TxHandle {
  readonly tx: Tx;
  readonly afterCommit: readonly (() => void)[];
  /** After this the transaction refuses every use. */
  finish(): void;
}

/** One transaction's face over a shared connection. */
export function openTx(connection: TxConnection): TxHandle {
  let open = true;
  const actions: (() => void)[] = [];
  const check = () => {
    if (!open) throw new Fault('a transaction was used after its function had returned');
  };
  const tx: Tx = {
    dialect: connection.dialect,
    tables: <T>() => {
      check();
      return connection.kysely as Kysely<T>;
    },
    async query<R>(sql: string, values: readonly SqlValue[] = []) {
      check();
      return (await connection.run(sql, values)).rows as R[];
    },
    async execute(sql, values = []) {
      check();
      return (await connection.run(sql, values)).changes;
    },
    afterCommit(action) {
      check();
      actions.push(action);
    },
  };
  return {
    tx,
    afterCommit: actions,
    finish() {
      open = false;
    },
  };
}
