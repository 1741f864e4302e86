import { Fault } from '../../kernel/errors.ts';
import { loadServiceModel } from '../models/load.ts';
import type { Operation, ServiceOperations } from '../operation.ts';
import type { ServiceRoom } from '../room.ts';

export type BuiltOperation = Operation<unknown, unknown>;

export interface Built {
  find(service: string, operation: string): BuiltOperation | undefined;
}

/** Puts the operations of all rooms into one table. Two rooms that answer the same operation are a mistake. */
export function mergeOperations(rooms: readonly ServiceRoom[]): Built {
  const table = new Map<string, BuiltOperation>();
  for (const room of rooms)
    for (const [service, operations] of Object.entries(room.operations))
      for (const [name, operation] of Object.entries(operations)) {
        const key = `${service}:${name}`;
        if (table.has(key)) throw new Fault(`two rooms answer ${key}`);
        table.set(key, operation as unknown as BuiltOperation);
      }
  return { find: (service, operation) => table.get(`${service}:${operation}`) };
}

/** Operations of rooms that no model knows, as `service:Operation`: they could never be called. For tests. */
export async function unmodelledOperations(rooms: readonly ServiceRoom[]): Promise<string[]> {
  const found: string[] = [];
  for (const [service, operations] of rooms.flatMap((room) =>
    Object.entries<ServiceOperations>(room.operations),
  )) {
    const model = await loadServiceModel(service);
    found.push(
      ...Object.keys(operations)
        .filter((name) => !model.operations.has(name))
        .map((name) => `${service}:${name}`),
    );
  }
  return found;
}
