import type { Target } from '@aws-sdk/client-eventbridge';
import type { Tx } from '../../kernel/database/port.ts';
import { ApiError, errorText } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import type { Task, TaskDefinition, TaskOutcome } from '../../kernel/tasks/port.ts';
import { parseArn } from '../../pure/arn.ts';
import { findBus } from './buses.ts';
import { policyAllowsPut } from './model/bus-policy.ts';
import { busArn, parseBusArn } from './model/names.ts';
import { targetPayload } from './model/target-input.ts';
import type { EventsParts } from './parts.ts';
import { DELIVER_TASK, type DeliverPayload, route } from './routing.ts';

/** AWS's defaults: 185 retries within 24 hours. */
const MAX_RETRIES = 185;
const MAX_AGE_MS = 24 * 3_600_000;
const FIRST_BACKOFF_MS = 200;
const MAX_BACKOFF_MS = 10 * 60_000;
/** Buses that pass events to each other in a circle come to an end. */
const MAX_HOPS = 5;
/** Domain milliseconds for which dead letters are kept. */

export function deliverTask(parts: EventsParts): TaskDefinition<DeliverPayload> {
  return {
    kind: DELIVER_TASK,
    maxAttempts: MAX_RETRIES + 1,
    backoff: (attempt) => Math.min(FIRST_BACKOFF_MS * 2 ** (attempt - 1), MAX_BACKOFF_MS),
    concurrency: 32,
    async run(task) {
      try {
        return await deliver(parts, task);
      } catch (error) {
        if (mayRetry(parts, task, error)) throw error;
        return giveUp(parts, task, error);
      }
    },
    exhausted: (task, error) => giveUp(parts, task, error),
  };
}

async function deliver(parts: EventsParts, task: Task<DeliverPayload>): Promise<TaskOutcome | undefined> {
  const { payload } = task;
  const bus = parseBusArn(payload.targetArn);
  if (bus) return { write: (tx) => forward(parts, tx, task) };
  const service = parseArn(payload.targetArn)?.service ?? '';
  const kind = parts.targets.get(service);
  if (!kind) {
    throw new ApiError('ValidationException', `Targets of the service ${service} are not built.`);
  }
  const target = JSON.parse(payload.target) as Target;
  await kind.invoke({
    scope: task.scope,
    key: task.key,
    ruleArn: payload.ruleArn,
    targetArn: payload.targetArn,
    roleArn: target.RoleArn,
    payload: targetPayload(
      target,
      payload.event,
      { arn: payload.ruleArn, name: payload.ruleName },
      payload.ingestedAt,
    ),
    event: { ...payload.event },
  });
  return undefined;
}

/** Puts the event on another bus, in the transaction that ends the task. */
async function forward(parts: EventsParts, tx: Tx, task: Task<DeliverPayload>): Promise<void> {
  const { payload, scope } = task;
  const address = parseBusArn(payload.targetArn);
  if (!address) return;
  const hops = payload.hops + 1;
  const bus = await findBus(tx, address);
  const arn = busArn(address.scope, address.bus);
  const refusal =
    hops > MAX_HOPS
      ? `the event was passed on from bus to bus more than ${MAX_HOPS} times`
      : !bus
        ? `the event bus ${arn} does not exist`
        : address.scope.account !== scope.account && !policyAllowsPut(bus.policy, scope.account, arn)
          ? `the policy of ${arn} does not let account ${scope.account} put events`
          : undefined;
  if (refusal !== undefined) return recordFailure(parts, tx, task, refusal);
  await route(parts, tx, { scope: address.scope, bus: address.bus, envelope: payload.event, hops });
}

function mayRetry(parts: EventsParts, task: Task<DeliverPayload>, error: unknown): boolean {
  // A refusal of the target's will be the same next time.
  if (error instanceof ApiError && error.status < 500) return false;
  const policy = (JSON.parse(task.payload.target) as Target).RetryPolicy;
  const retries = policy?.MaximumRetryAttempts ?? MAX_RETRIES;
  const age = policy?.MaximumEventAgeInSeconds;
  const maxAge = age === undefined ? MAX_AGE_MS : age * 1000;
  return task.attempt <= retries && parts.kernel.clock.now() - task.payload.ingestedAt < maxAge;
}

function giveUp(parts: EventsParts, task: Task<DeliverPayload>, error: unknown): TaskOutcome {
  return { write: (tx) => recordFailure(parts, tx, task, errorText(error)) };
}

/** The dead letter: a row and a line in the log. */
async function recordFailure(
  parts: EventsParts,
  tx: Tx,
  task: Task<DeliverPayload>,
  error: string,
): Promise<void> {
  const { payload, scope } = task;
  const now = parts.kernel.clock.now();
  await tx.execute(
    `insert into events_failures (id, account, region, at, rule_arn, target_arn, event_id, attempts, error, event)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      newId(),
      scope.account,
      scope.region,
      now,
      payload.ruleArn,
      payload.targetArn,
      payload.event.id,
      task.attempt,
      error,
      JSON.stringify(payload.event),
    ],
  );
  tx.afterCommit(() =>
    parts.kernel.logger.error(
      {
        rule: payload.ruleArn,
        target: payload.targetArn,
        event: payload.event.id,
        attempts: task.attempt,
        error,
      },
      'an event could not be delivered and is now a dead letter',
    ),
  );
}
