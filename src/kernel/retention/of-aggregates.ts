import type { Database, SqlValue, Tx } from '../database/port.ts';
import type { AggregateType } from '../transitions/port.ts';
import type { RetentionRule } from './port.ts';

interface Row {
  readonly at: number;
  readonly account: string;
  readonly region: string;
  readonly kind: string;
  readonly id: string;
  /** Of the rows of one aggregate, rises with `at`. */
  readonly last: SqlValue;
}

interface Kind {
  readonly name: string;
  readonly keeps: 'history' | 'inbox';
  readonly table: 'history' | 'inbox';
  /** Orders the rows of one aggregate that are equally old. */
  readonly last: 'sequence' | 'input_id';
}

type Types = ReadonlyMap<string, AggregateType<unknown, never>>;

/** What the kernel remembers of state machines: nothing of those that are in flight is ever removed. */
export function aggregateRules(
  database: Database,
  types: readonly AggregateType[],
): readonly RetentionRule[] {
  const byKind = new Map(types.map((type) => [type.kind, type as AggregateType<unknown, never>]));
  return [
    rule(database, byKind, { name: 'kernel.history', keeps: 'history', table: 'history', last: 'sequence' }),
    rule(database, byKind, { name: 'kernel.inbox', keeps: 'inbox', table: 'inbox', last: 'input_id' }),
  ];
}

function rule(database: Database, types: Types, { name, keeps, table, last }: Kind): RetentionRule {
  const order = `at, account, region, kind, id, ${last}`;
  const select = `select at, account, region, kind, id, ${last} as last from ${table} where at < ?`;
  const page = `order by ${order} limit ?`;
  return {
    name,
    keeps,
    removeBatch: ({ before, limit, after }) =>
      database.transaction(async (tx) => {
        const rows = await (after === undefined
          ? tx.query<Row>(`${select} ${page}`, [before, limit])
          : tx.query<Row>(`${select} and (${order}) > (?, ?, ?, ?, ?, ?) ${page}`, [
              before,
              ...after,
              limit,
            ]));
        let removed = 0;
        for (const own of Map.groupBy(rows, ({ account, region, kind, id }) =>
          JSON.stringify([account, region, kind, id]),
        ).values()) {
          const newest = own.at(-1) as Row;
          if (await isInFlight(tx, types, newest)) continue;
          removed += await tx.execute(
            `delete from ${table} where account = ? and region = ? and kind = ? and id = ? and at <= ?`,
            [newest.account, newest.region, newest.kind, newest.id, newest.at],
          );
        }
        const end = rows.at(-1);
        const next = end && [end.at, end.account, end.region, end.kind, end.id, end.last];
        return { removed, next: rows.length < limit ? undefined : next };
      }),
  };
}

async function isInFlight(tx: Tx, types: Types, { account, region, kind, id }: Row): Promise<boolean> {
  const type = types.get(kind);
  // Of a room that this version does not have, nobody can tell.
  if (type?.inFlight === undefined) return true;
  const [row] = await tx.query<{ schema_version: number; state: string }>(
    'select schema_version, state from aggregates where account = ? and region = ? and kind = ? and id = ?',
    [account, region, kind, id],
  );
  if (row === undefined) return false;
  const state: unknown = JSON.parse(row.state);
  if (row.schema_version === type.version) return type.inFlight(state);
  return type.upcast === undefined || type.inFlight(type.upcast(state, row.schema_version));
}
