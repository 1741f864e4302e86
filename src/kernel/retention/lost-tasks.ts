import type { Kernel } from '../kernel.ts';
import type { RetentionRule } from './port.ts';

interface Row {
  readonly id: string;
  readonly kind: string;
  readonly task_key: string;
  readonly run_at: number;
}

/** Tasks that have long been due and that no version running here knows how to do: each is named in the log. */
export function lostTasksRule(
  { database, logger }: Pick<Kernel, 'database' | 'logger'>,
  isKnown: (kind: string) => boolean,
): RetentionRule {
  return {
    name: 'kernel.tasks',
    keeps: 'lostTasks',
    async removeBatch({ before, limit, after }) {
      const rows = await database.read.query<Row>(
        `select id, kind, task_key, run_at from tasks where run_at < ? and lease_owner = ''
         and (run_at, id) > (?, ?) order by run_at, id limit ?`,
        [before, ...(after ?? [0, '']), limit],
      );
      const lost = rows.filter(({ kind }) => !isKnown(kind));
      for (const { id, kind, task_key: key } of lost) {
        await database.transaction((tx) =>
          tx.execute("delete from tasks where id = ? and lease_owner = ''", [id]),
        );
        logger.warn({ task: kind, key }, 'a task that no version here knows was given up');
      }
      const end = rows.at(-1);
      return { removed: lost.length, next: rows.length < limit || !end ? undefined : [end.run_at, end.id] };
    },
  };
}
