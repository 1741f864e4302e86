import { wireMigrations } from '../wire/door/index.ts';
import type { ServiceOperations } from '../wire/operation.ts';
import type { ServiceRoom } from '../wire/room.ts';
import { serverMigrations } from './tables.ts';

/** What the composition root itself brings: tables of the door and of the console's sessions, its own operations. */
export function serverRoom(operations: ServiceOperations): ServiceRoom {
  return {
    name: 'server',
    migrations: [...wireMigrations, ...serverMigrations],
    aggregates: [],
    tasks: [],
    operations: { pipewright: operations },
  };
}
