import type { Tx } from '../../kernel/database/port.ts';
import type { OutboxEvent } from '../../kernel/outbox/port.ts';
import type { Scope } from '../../kernel/scope.ts';
import { matchesPattern } from '../../pure/event-pattern/index.ts';
import { type EventEnvelope, toEnvelope } from './model/envelope.ts';
import { DEFAULT_BUS, ruleArn } from './model/names.ts';
import type { EventsParts } from './parts.ts';
import type { TargetRow } from './tables.ts';

export const DELIVER_TASK = 'events.deliver';

/** One event on its way to one target of one rule. */
export interface DeliverPayload {
  readonly ruleArn: string;
  readonly ruleName: string;
  readonly event: EventEnvelope;
  readonly targetArn: string;
  /** The API's `Target`, JSON, as it was when the rule matched. */
  readonly target: string;
  /** Domain milliseconds at which the event came in. */
  readonly ingestedAt: number;
  /** How many buses it has been passed on from. */
  readonly hops: number;
}

export interface Arrival {
  readonly scope: Scope;
  readonly bus: string;
  readonly envelope: EventEnvelope;
  /** What patterns are matched against: the envelope, possibly with numbers as they were written. */
  readonly matched?: unknown;
  readonly hops: number;
}

/** What a service of ours put on the default bus, as it leaves the outbox. */
export async function routeOutboxEvent(parts: EventsParts, tx: Tx, event: OutboxEvent): Promise<void> {
  for (const receive of parts.receivers) await receive(tx, event);
  await route(parts, tx, { scope: event.scope, bus: DEFAULT_BUS, envelope: toEnvelope(event), hops: 0 });
}

/** Finds the rules of a bus that match and enqueues one delivery for each of their targets. */
export async function route(parts: EventsParts, tx: Tx, arrival: Arrival): Promise<void> {
  const rules = (await parts.ruleSets.load(tx, arrival.scope)).get(arrival.bus) ?? [];
  for (const rule of rules) {
    if (!matchesPattern(rule.pattern, arrival.matched ?? arrival.envelope)) continue;
    await enqueueTargets(parts, tx, arrival, rule);
  }
}

export async function enqueueTargets(
  parts: EventsParts,
  tx: Tx,
  { scope, bus, envelope, hops }: Arrival,
  rule: { readonly name: string; readonly targets: readonly TargetRow[] },
): Promise<void> {
  for (const target of rule.targets) {
    const payload: DeliverPayload = {
      ruleArn: ruleArn(scope, bus, rule.name),
      ruleName: rule.name,
      event: envelope,
      targetArn: target.target_arn,
      target: target.target,
      ingestedAt: parts.kernel.clock.now(),
      hops,
    };
    const key = `${DELIVER_TASK}/${envelope.id}/${bus}/${rule.name}/${target.id}`;
    await parts.kernel.tasks.enqueue(tx, scope, { kind: DELIVER_TASK, key, payload });
  }
}
