import type { Tx } from '../../kernel/database/port.ts';
import { newId } from '../../kernel/ids.ts';
import type { Scope } from '../../kernel/scope.ts';
import type { Task, TaskDefinition } from '../../kernel/tasks/port.ts';
import { nextRun, parseSchedule } from '../../pure/cron.ts';
import { scheduledEvent } from './model/envelope.ts';
import { ruleArn } from './model/names.ts';
import type { EventsParts } from './parts.ts';
import { enqueueTargets } from './routing.ts';
import { findRule, targetsOf } from './rules.ts';
import type { RuleRow } from './tables.ts';

export const SCHEDULE_TASK = 'events.schedule';

interface SchedulePayload {
  readonly bus: string;
  readonly rule: string;
  /** Of the rule that set this timer. */
  readonly stamp: string;
  /** Domain milliseconds. */
  readonly due: number;
}

function timerKey(rule: Pick<RuleRow, 'bus' | 'name'>): string {
  return `${SCHEDULE_TASK}/${rule.bus}/${rule.name}`;
}

/** Takes away the timer of a rule that is gone or about to change. */
export async function cancelTimer(
  parts: EventsParts,
  tx: Tx,
  scope: Scope,
  rule: Pick<RuleRow, 'bus' | 'name'>,
): Promise<void> {
  await parts.kernel.tasks.cancel(tx, scope, timerKey(rule));
}

/** Sets the timer for the next time that the rule fires, if it does. */
export async function armTimer(parts: EventsParts, tx: Tx, rule: RuleRow): Promise<void> {
  const schedule = rule.schedule === null ? undefined : parseSchedule(rule.schedule);
  if (!schedule || schedule.kind === 'invalid' || rule.state !== 'ENABLED') return;
  // From now: what was missed while nobody was there has fired once and is not made up for (A5.9).
  const due = nextRun(schedule, parts.kernel.clock.now(), rule.schedule_from);
  if (due === undefined) return;
  const scope = { account: rule.account, region: rule.region };
  const payload: SchedulePayload = { bus: rule.bus, rule: rule.name, stamp: rule.stamp, due };
  await parts.kernel.tasks.enqueue(tx, scope, {
    kind: SCHEDULE_TASK,
    key: timerKey(rule),
    payload,
    runAt: due,
  });
}

export function scheduleTask(parts: EventsParts): TaskDefinition<SchedulePayload> {
  return {
    kind: SCHEDULE_TASK,
    run: async (task) => ({ write: (tx) => fire(parts, tx, task) }),
  };
}

async function fire(parts: EventsParts, tx: Tx, { scope, payload }: Task<SchedulePayload>): Promise<void> {
  const rule = await findRule(tx, scope, payload.bus, payload.rule);
  if (rule?.stamp !== payload.stamp || rule.state !== 'ENABLED') return;
  const arn = ruleArn(scope, rule.bus, rule.name);
  const envelope = scheduledEvent(newId(), scope, arn, payload.due);
  const targets = await targetsOf(tx, scope, rule.bus, rule.name);
  await enqueueTargets(parts, tx, { scope, bus: rule.bus, envelope, hops: 0 }, { name: rule.name, targets });
  await armTimer(parts, tx, rule);
}
