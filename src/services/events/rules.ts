import type { Reader } from '../../kernel/database/port.ts';
import { ApiError } from '../../kernel/errors.ts';
import type { Scope } from '../../kernel/scope.ts';
import { DEFAULT_BUS } from './model/names.ts';
import type { EventsTables, RuleRow, TargetRow } from './tables.ts';

export function findRule(
  reader: Reader,
  scope: Scope,
  bus: string,
  name: string,
): Promise<RuleRow | undefined> {
  return reader
    .tables<EventsTables>()
    .selectFrom('events_rules')
    .selectAll()
    .where('account', '=', scope.account)
    .where('region', '=', scope.region)
    .where('bus', '=', bus)
    .where('name', '=', name)
    .executeTakeFirst();
}

export async function needRule(reader: Reader, scope: Scope, bus: string, name: string): Promise<RuleRow> {
  const rule = await findRule(reader, scope, bus, name);
  if (rule) return rule;
  const where = bus === DEFAULT_BUS ? 'default' : bus;
  throw new ApiError('ResourceNotFoundException', `Rule ${name} does not exist on EventBus ${where}.`);
}

export function targetsOf(reader: Reader, scope: Scope, bus: string, rule: string): Promise<TargetRow[]> {
  return reader
    .tables<EventsTables>()
    .selectFrom('events_targets')
    .selectAll()
    .where('account', '=', scope.account)
    .where('region', '=', scope.region)
    .where('bus', '=', bus)
    .where('rule', '=', rule)
    .orderBy('id')
    .execute();
}
