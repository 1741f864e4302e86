import type { SqlValue, Tx } from '../database/port.ts';
import type { Scope } from '../scope.ts';
import type { AggregateRef, HistoryEvent } from './port.ts';

/** An aggregate as it lies in its row. */
export interface StoredAggregate {
  readonly sequence: number;
  readonly schemaVersion: number;
  readonly state: string;
}

const SELECT =
  'select sequence, schema_version, state from aggregates where account = ? and region = ? and kind = ? and id = ?';

export function keyOf(scope: Scope, ref: AggregateRef): [string, string, string, string] {
  return [scope.account, scope.region, ref.kind, ref.id];
}

type Queryable = Pick<Tx, 'query'>;

export async function readAggregate(
  reader: Queryable,
  scope: Scope,
  ref: AggregateRef,
  suffix = '',
): Promise<StoredAggregate | undefined> {
  const rows = await reader.query<{ sequence: number; schema_version: number; state: string }>(
    SELECT + suffix,
    keyOf(scope, ref),
  );
  const row = rows[0];
  return row && { sequence: row.sequence, schemaVersion: row.schema_version, state: row.state };
}

export async function writeAggregate(
  tx: Tx,
  scope: Scope,
  ref: AggregateRef,
  next: StoredAggregate,
  now: number,
): Promise<void> {
  const values: SqlValue[] = [next.sequence, next.schemaVersion, next.state, now, ...keyOf(scope, ref)];
  if (next.sequence === 1) {
    await tx.execute(
      `insert into aggregates (sequence, schema_version, state, updated_at, account, region, kind, id)
       values (?, ?, ?, ?, ?, ?, ?, ?)`,
      values,
    );
  } else {
    await tx.execute(
      `update aggregates set sequence = ?, schema_version = ?, state = ?, updated_at = ?
       where account = ? and region = ? and kind = ? and id = ?`,
      values,
    );
  }
}

export async function appendHistory(
  tx: Tx,
  scope: Scope,
  ref: AggregateRef,
  sequence: number,
  at: number,
  events: readonly HistoryEvent[],
): Promise<void> {
  if (events.length === 0) return;
  const row = '(?, ?, ?, ?, ?, ?, ?, ?)';
  const values = events.flatMap((event, n): SqlValue[] => [
    ...keyOf(scope, ref),
    sequence,
    n,
    at,
    JSON.stringify(event),
  ]);
  await tx.execute(
    `insert into history (account, region, kind, id, sequence, n, at, event) values ${events.map(() => row).join(', ')}`,
    values,
  );
}

/** False when this input had reached the aggregate before. */
export async function claimInput(
  tx: Tx,
  scope: Scope,
  ref: AggregateRef,
  inputId: string,
  now: number,
): Promise<boolean> {
  const inserted = await tx.execute(
    `insert into inbox (account, region, kind, id, input_id, at) values (?, ?, ?, ?, ?, ?)
     on conflict (account, region, kind, id, input_id) do nothing`,
    [...keyOf(scope, ref), inputId, now],
  );
  return inserted > 0;
}
