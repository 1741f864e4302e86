import type { Kernel } from '../../kernel/kernel.ts';
import { byAge } from '../../kernel/retention/by-age.ts';
import type { TaskDefinition } from '../../kernel/tasks/port.ts';
import { deliverTask } from './deliver.ts';
import type { EventsRoom } from './face.ts';
import { busOperations } from './operations/buses.ts';
import { putEventsOperations } from './operations/put-events.ts';
import { ruleOperations } from './operations/rules.ts';
import { tagOperations } from './operations/tags.ts';
import { targetOperations } from './operations/targets.ts';
import { createParts } from './parts.ts';
import { routeOutboxEvent } from './routing.ts';
import { scheduleTask } from './schedules.ts';
import { eventsMigrations } from './tables.ts';

export type { EventsRoom, TargetInvocation } from './face.ts';

/** The event bus: takes every event from the outbox, finds the rules that match and invokes their targets. */
export function createEventsRoom(kernel: Kernel): EventsRoom {
  const parts = createParts(kernel);
  kernel.outbox.subscribe((tx, event) => routeOutboxEvent(parts, tx, event));
  return {
    name: 'events',
    migrations: eventsMigrations,
    aggregates: [],
    tasks: [deliverTask(parts), scheduleTask(parts)] as readonly TaskDefinition<never>[],
    retention: [
      byAge(kernel.database, {
        name: 'events.failures',
        keeps: 'failures',
        table: 'events_failures',
        column: 'at',
        key: ['id'],
      }),
    ],
    operations: {
      events: {
        ...busOperations(parts),
        ...ruleOperations(parts),
        ...targetOperations(parts),
        ...putEventsOperations(parts),
        ...tagOperations(parts),
      },
    },
    onEvent: (receive) => void parts.receivers.push(receive),
    addTarget(service, invoke, problem = () => undefined) {
      parts.targets.set(service, { invoke, problem });
    },
  };
}
