import type { Tx } from '../../kernel/database/port.ts';
import { AFTER_BACKUP_MS, isBackupUnderWay } from '../../kernel/keeping.ts';
import type { Scope } from '../../kernel/scope.ts';
import type { TaskDefinition } from '../../kernel/tasks/port.ts';
import type { LogsParts } from './parts.ts';

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

export function logsTasks(parts: LogsParts): readonly TaskDefinition[] {
  const { logs, database, clock } = parts.kernel;
  const remove: TaskDefinition<{ readonly ids: readonly string[] }> = {
    kind: 'logs.remove',
    async run(task) {
      if (await isBackupUnderWay(database)) {
        const again = { ...task, runAt: clock.now() + AFTER_BACKUP_MS };
        return { write: (tx) => parts.kernel.tasks.enqueue(tx, task.scope, again) };
      }
      for (const id of task.payload.ids) await logs.remove(id);
      return undefined;
    },
  };
  return [remove as TaskDefinition<never>];
}
