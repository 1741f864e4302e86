import type { Reader } from '../../kernel/database/port.ts';
import { ApiError } from '../../kernel/errors.ts';
import type { Scope } from '../../kernel/scope.ts';
import { type BusAddress, busAddress, DEFAULT_BUS } from './model/names.ts';
import type { BusRow, EventsTables } from './tables.ts';

/** A bus's row; the default bus exists in every scope, with or without one. */
export async function findBus(reader: Reader, { scope, bus }: BusAddress): Promise<BusRow | undefined> {
  const row = await reader
    .tables<EventsTables>()
    .selectFrom('events_buses')
    .selectAll()
    .where('account', '=', scope.account)
    .where('region', '=', scope.region)
    .where('name', '=', bus)
    .executeTakeFirst();
  if (row || bus !== DEFAULT_BUS) return row;
  return { ...scope, name: bus, description: null, policy: null, created_at: 0, updated_at: 0 };
}

export function busMissing(name: string): ApiError {
  return new ApiError('ResourceNotFoundException', `Event bus ${name} does not exist.`);
}

/** The bus of the caller's own that a request names, or AWS's refusal. */
export async function needBus(reader: Reader, scope: Scope, nameOrArn: string | undefined): Promise<BusRow> {
  const address = busAddress(scope, nameOrArn);
  const own = address.scope.account === scope.account && address.scope.region === scope.region;
  const row = own ? await findBus(reader, address) : undefined;
  if (!row) throw busMissing(nameOrArn ?? DEFAULT_BUS);
  return row;
}
