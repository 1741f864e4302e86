import type { Kernel } from '../kernel/kernel.ts';
import { wireMigrations, wireRetention } from '../wire/door/index.ts';
import type { ServiceOperations } from '../wire/operation.ts';
import type { ServiceRoom } from '../wire/room.ts';
import { consoleRetention } from './native/sessions.ts';
import { serverMigrations } from './tables.ts';

/** What the composition root itself brings: tables of the door and of the console's sessions, its own operations. */
export function serverRoom(kernel: Kernel, operations: ServiceOperations): ServiceRoom {
  return {
    name: 'server',
    migrations: [...wireMigrations, ...serverMigrations],
    aggregates: [],
    tasks: [],
    retention: [...wireRetention(kernel), ...consoleRetention(kernel)],
    operations: { pipewright: operations },
  };
}
