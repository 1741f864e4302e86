import type { Tx } from '../../kernel/database/port.ts';
import { newId } from '../../kernel/ids.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Scope } from '../../kernel/scope.ts';
import { type EventPattern, parseEventPattern } from '../../pure/event-pattern/index.ts';
import type { EventsTables, TargetRow } from './tables.ts';

export interface CompiledRule {
  readonly name: string;
  readonly pattern: EventPattern;
  readonly targets: readonly TargetRow[];
}

/** Enabled rules with a pattern, compiled, by bus. */
export type RuleSet = ReadonlyMap<string, readonly CompiledRule[]>;

/** The rules of each scope, compiled once until one of them changes. */
export interface RuleSets {
  /** As they are in this transaction. */
  load(tx: Tx, scope: Scope): Promise<RuleSet>;
  /** To be called in every transaction that changes a rule or a target. */
  changed(tx: Tx, scope: Scope): Promise<void>;
}

const MAX_CACHED = 500;
const EMPTY: RuleSet = new Map();

export function createRuleSets(kernel: Kernel): RuleSets {
  const cache = new Map<string, { readonly version: string; readonly rules: RuleSet }>();
  return {
    async load(tx, scope) {
      // A random version, not a count: one that was rolled back never comes again, in any process.
      const rows = await tx.query<{ version: string }>(
        'select version from events_rule_sets where account = ? and region = ?',
        [scope.account, scope.region],
      );
      const version = rows[0]?.version;
      if (version === undefined) return EMPTY;
      const key = `${scope.account}/${scope.region}`;
      const known = cache.get(key);
      if (known?.version === version) return known.rules;
      const rules = await compile(kernel, tx, scope);
      if (cache.size >= MAX_CACHED) cache.delete(cache.keys().next().value as string);
      cache.set(key, { version, rules });
      return rules;
    },
    async changed(tx, scope) {
      await tx.execute(
        `insert into events_rule_sets (account, region, version) values (?, ?, ?)
         on conflict (account, region) do update set version = excluded.version`,
        [scope.account, scope.region, newId()],
      );
      // Whoever shows what rules do reads them again.
      kernel.changes.publish(tx, { topic: 'events.rules', id: scope.region, scope, sequence: 0 });
    },
  };
}

async function compile(kernel: Kernel, tx: Tx, scope: Scope): Promise<RuleSet> {
  const tables = tx.tables<EventsTables>();
  const rules = await tables
    .selectFrom('events_rules')
    .select(['bus', 'name', 'pattern'])
    .where('account', '=', scope.account)
    .where('region', '=', scope.region)
    .where('state', '=', 'ENABLED')
    .where('pattern', 'is not', null)
    .orderBy('bus')
    .orderBy('name')
    .execute();
  const targets = await tables
    .selectFrom('events_targets')
    .selectAll()
    .where('account', '=', scope.account)
    .where('region', '=', scope.region)
    .orderBy('id')
    .execute();
  const byRule = Map.groupBy(targets, (target) => `${target.bus}\n${target.rule}`);
  const found = new Map<string, CompiledRule[]>();
  for (const rule of rules) {
    const parsed = parseEventPattern(rule.pattern ?? '');
    if (parsed.kind === 'invalid') {
      kernel.logger.error(
        { rule: rule.name, problems: parsed.problems },
        'a stored event pattern does not compile',
      );
      continue;
    }
    const compiled = {
      name: rule.name,
      pattern: parsed.pattern,
      targets: byRule.get(`${rule.bus}\n${rule.name}`) ?? [],
    };
    found.set(rule.bus, [...(found.get(rule.bus) ?? []), compiled]);
  }
  return found;
}
