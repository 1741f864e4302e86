import type { Tx } from '../../kernel/database/port.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { OutboxEvent } from '../../kernel/outbox/port.ts';
import type { TargetInvocation } from './face.ts';
import { createRuleSets, type RuleSets } from './rule-sets.ts';

/** What everything in this room works with. */
export interface EventsParts {
  readonly kernel: Kernel;
  readonly ruleSets: RuleSets;
  /** Those who hear every event of the default bus, in the order they came. */
  readonly receivers: ((tx: Tx, event: OutboxEvent) => Promise<void>)[];
  /** By ARN service. */
  readonly targets: Map<string, TargetKind>;
}

export interface TargetKind {
  readonly invoke: (invocation: TargetInvocation) => Promise<void>;
  readonly problem: (arn: string) => string | undefined;
}

export function createParts(kernel: Kernel): EventsParts {
  return { kernel, ruleSets: createRuleSets(kernel), receivers: [], targets: new Map() };
}
