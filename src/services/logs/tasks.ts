import type { Tx } from '../../kernel/database/port.ts';
import type { Scope } from '../../kernel/scope.ts';
import { PARTITION_SCOPE } from '../../kernel/scope.ts';
import type { Task, TaskDefinition, TaskRequest } from '../../kernel/tasks/port.ts';
import type { LogsParts } from './parts.ts';

const DAY = 24 * 3_600_000;
const SWEEP_EVERY = 3_600_000;

/** Forgets streams of a group (all, or the one named); their files go in a task once that is certain. */
export async function removeStreams(
  parts: LogsParts,
  tx: Tx,
  scope: Scope,
  group: string,
  name?: string,
): Promise<void> {
  const rows = await tx.query<{ id: string }>(
    `delete from log_streams where account = ? and region = ? and group_name = ? ${name === undefined ? '' : 'and name = ?'}
     returning id`,
    [scope.account, scope.region, group, ...(name === undefined ? [] : [name])],
  );
  const [first] = rows;
  if (!first) return;
  await parts.kernel.tasks.enqueue(tx, scope, {
    kind: 'logs.remove',
    key: `logs/remove/${first.id}`,
    payload: { ids: rows.map((row) => row.id) },
  });
}

export function nextSweep(runAt: number): TaskRequest {
  return { kind: 'logs.sweep', key: 'logs/sweep', runAt };
}

export function logsTasks(parts: LogsParts): readonly TaskDefinition[] {
  const { logs, database, clock } = parts.kernel;
  const remove: TaskDefinition<{ readonly ids: readonly string[] }> = {
    kind: 'logs.remove',
    async run({ payload }) {
      for (const id of payload.ids) await logs.remove(id);
    },
  };
  /** Every hour: streams whose last event is older than their group keeps. Younger streams hide such events only. */
  const sweep: TaskDefinition = {
    kind: 'logs.sweep',
    async run(_task: Task) {
      const now = clock.now();
      const rows = await database.read.query<{
        account: string;
        region: string;
        group_name: string;
        name: string;
        id: string;
        retention_days: number;
        created_at: number;
      }>(
        `select s.account, s.region, s.group_name, s.name, s.id, g.retention_days, s.created_at
         from log_groups g join log_streams s
           on s.account = g.account and s.region = g.region and s.group_name = g.name
         where g.retention_days is not null`,
      );
      const stale: typeof rows = [];
      for (const row of rows) {
        const oldest = now - row.retention_days * DAY;
        if (row.created_at >= oldest) continue;
        const [last] = await logs.last(row.id, 1);
        if ((last?.at ?? row.created_at) < oldest) stale.push(row);
      }
      return {
        write: async (tx) => {
          for (const { account, region, group_name, name } of stale) {
            await removeStreams(parts, tx, { account, region }, group_name, name);
          }
          await parts.kernel.tasks.enqueue(tx, PARTITION_SCOPE, nextSweep(now + SWEEP_EVERY));
        },
      };
    },
  };
  return [remove as TaskDefinition<never>, sweep];
}
