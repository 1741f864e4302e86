import type { Database } from '../database/port.ts';
import type { Kept, RetentionRule } from './port.ts';

export interface AgedTable {
  readonly name: string;
  readonly keeps: Kept;
  readonly table: string;
  /** Milliseconds; with an index. */
  readonly column: string;
  /** Columns of the primary key. */
  readonly key: readonly string[];
  /** Where a row's time is wall time. */
  readonly wall?: () => number;
  /** Domain time, needed with `wall`. */
  readonly now?: () => number;
}

/** Removes rows of one table by their time, oldest first. */
export function byAge(database: Database, aged: AgedTable): RetentionRule {
  const { name, keeps, table, column, key } = aged;
  const columns = key.join(', ');
  const sql = `delete from ${table} where (${columns}) in
    (select ${columns} from ${table} where ${column} < ? order by ${column} limit ?)`;
  return {
    name,
    keeps,
    async removeBatch({ before, limit }) {
      const age = aged.wall && aged.now ? aged.wall() - (aged.now() - before) : before;
      const removed = await database.transaction((tx) => tx.execute(sql, [age, limit]));
      return { removed, next: removed < limit ? undefined : [] };
    },
  };
}
