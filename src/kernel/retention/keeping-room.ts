import { errorText } from '../errors.ts';
import type { Kernel } from '../kernel.ts';
import type { Room } from '../room.ts';
import { PARTITION_SCOPE } from '../scope.ts';
import { DELIVER_TASK, type TaskDefinition } from '../tasks/port.ts';
import { lostTasksRule } from './lost-tasks.ts';
import { aggregateRules } from './of-aggregates.ts';
import type { RetentionPeriods, RetentionRule } from './port.ts';

const KIND = 'kernel.retention';
const EVERY_MS = 3_600_000;
/** When more is left than one run removes. */
const SOON_MS = 60_000;
const BATCH_ROWS = 500;
const MAX_BATCHES = 40;

/** Forgets, once an hour of domain time and a few rows at a time, what every room has kept for long enough. */
export function createKeepingRoom(
  kernel: Kernel,
  { rooms, periods }: { readonly rooms: readonly Room[]; readonly periods: RetentionPeriods },
): Room {
  const kinds = new Set([KIND, DELIVER_TASK, ...rooms.flatMap((room) => room.tasks.map(({ kind }) => kind))]);
  const rules: readonly RetentionRule[] = [
    ...aggregateRules(
      kernel.database,
      rooms.flatMap((room) => room.aggregates),
    ),
    lostTasksRule(kernel, (kind) => kinds.has(kind)),
    ...rooms.flatMap((room) => room.retention ?? []),
  ];
  const again = (ms: number) => ({
    write: (tx: Parameters<typeof kernel.tasks.enqueue>[0]) =>
      kernel.tasks.enqueue(tx, PARTITION_SCOPE, { kind: KIND, key: KIND, runAt: kernel.clock.now() + ms }),
  });
  const task: TaskDefinition = {
    kind: KIND,
    concurrency: 1,
    async run(_task, { signal }) {
      let left = false;
      for (const rule of rules) {
        signal.throwIfAborted();
        const before = kernel.clock.now() - (rule.keeps === 'ended' ? 0 : periods[rule.keeps]);
        // One that fails must not keep the others from their work.
        const done = await apply(rule, before, signal).catch((error: unknown) => {
          signal.throwIfAborted();
          kernel.logger.error(
            { rule: rule.name, error: errorText(error) },
            'what is too old could not be removed',
          );
          return true;
        });
        left ||= !done;
      }
      return again(left ? SOON_MS : EVERY_MS);
    },
    exhausted: () => again(EVERY_MS),
  };
  return {
    name: 'keeping',
    migrations: [],
    aggregates: [],
    tasks: [task],
    async start() {
      await kernel.database.transaction(again(EVERY_MS).write);
    },
  };

  /** False when more is left. */
  async function apply(rule: RetentionRule, before: number, signal: AbortSignal): Promise<boolean> {
    let after: Parameters<RetentionRule['removeBatch']>[0]['after'];
    let total = 0;
    for (let n = 0; n < MAX_BATCHES; n++) {
      signal.throwIfAborted();
      const { removed, next } = await rule.removeBatch({ before, limit: BATCH_ROWS, after });
      total += removed;
      after = next;
      if (next === undefined) break;
    }
    if (total > 0) kernel.logger.info({ rule: rule.name, removed: total }, 'removed what was too old');
    // Rows that stay are passed over again in the next round: only progress is a reason to come back soon.
    return after === undefined || total === 0;
  }
}
