import type { Kernel } from '../../kernel/kernel.ts';
import type { Scope } from '../../kernel/scope.ts';
import type { LogsRoom } from './face.ts';
import { filterEventsOperations } from './operations/filter-events.ts';
import { getEventsOperations } from './operations/get-events.ts';
import { groupOperations } from './operations/groups.ts';
import { putEventsOperations } from './operations/put-events.ts';
import { streamOperations } from './operations/streams.ts';
import type { LogsParts } from './parts.ts';
import { createPositions } from './positions.ts';
import { streamsRule } from './retention.ts';
import { findStreamRow, insertGroup, insertStream } from './rows.ts';
import { logsMigrations } from './tables.ts';
import { logsTasks } from './tasks.ts';

export type { LogsRoom } from './face.ts';

/** CloudWatch Logs: groups and streams over the kernel's log streams. */
export function createLogsRoom(kernel: Kernel): LogsRoom {
  const parts: LogsParts = { kernel, positions: createPositions(kernel.logs), inOrder: createOrder() };
  const findStream = async (scope: Scope, group: string, stream: string) =>
    (await findStreamRow(kernel.database.read, scope, group, stream))?.id;
  return {
    name: 'logs',
    migrations: logsMigrations,
    aggregates: [],
    tasks: logsTasks(parts),
    retention: [streamsRule(parts)],
    operations: {
      logs: {
        ...groupOperations(parts),
        ...streamOperations(parts),
        ...putEventsOperations(parts),
        ...getEventsOperations(parts),
        ...filterEventsOperations(parts),
      },
    },
    async openStream(scope, group, stream) {
      const found = await findStream(scope, group, stream);
      if (found !== undefined) return found;
      return kernel.database.transaction(async (tx) => {
        const now = kernel.clock.now();
        await insertGroup(tx, scope, { name: group }, now);
        const made = await insertStream(tx, scope, group, stream, now);
        return made ?? ((await findStreamRow(tx, scope, group, stream))?.id as string);
      });
    },
    findStream,
  };
}

/** Lets work of one key wait for the work before it. */
function createOrder(): LogsParts['inOrder'] {
  const last = new Map<string, Promise<unknown>>();
  return (id, work) => {
    const result = (last.get(id) ?? Promise.resolve()).then(work, work);
    const forget = () => {
      if (last.get(id) === settled) last.delete(id);
    };
    const settled = result.then(forget, forget);
    last.set(id, settled);
    return result;
  };
}
