import type { RetentionRule } from '../../kernel/retention/port.ts';
import type { LogsParts } from './parts.ts';
import { removeStreams } from './tasks.ts';

const DAY = 24 * 3_600_000;
/** Of each the last event is looked for in its file. */
const AT_ONCE = 100;

interface Row {
  readonly account: string;
  readonly region: string;
  readonly group_name: string;
  readonly name: string;
  readonly id: string;
  readonly created_at: number;
  readonly retention_days: number;
}

/** Streams whose last event is older than their group keeps. Of younger streams such events are only hidden. */
export function streamsRule(parts: LogsParts): RetentionRule {
  const { database, logs } = parts.kernel;
  return {
    name: 'logs.streams',
    keeps: 'ended',
    async removeBatch({ before: now, after }) {
      const rows = await database.read.query<Row>(
        `select s.account, s.region, s.group_name, s.name, s.id, s.created_at, g.retention_days
         from log_streams s join log_groups g
           on g.account = s.account and g.region = s.region and g.name = s.group_name
         where g.retention_days is not null and (s.account, s.region, s.group_name, s.name) > (?, ?, ?, ?)
         order by s.account, s.region, s.group_name, s.name limit ${AT_ONCE}`,
        [...(after ?? ['', '', '', ''])],
      );
      let removed = 0;
      for (const row of rows) {
        const oldest = now - row.retention_days * DAY;
        if (row.created_at >= oldest) continue;
        const [last] = await logs.last(row.id, 1);
        if ((last?.at ?? row.created_at) >= oldest) continue;
        await database.transaction((tx) => removeStreams(parts, tx, row, row.group_name, row.name));
        removed++;
      }
      const end = rows.at(-1);
      const next = end && [end.account, end.region, end.group_name, end.name];
      return { removed, next: rows.length < AT_ONCE ? undefined : next };
    },
  };
}
