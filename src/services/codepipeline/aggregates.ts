import type { Tx } from '../../kernel/database/port.ts';
import { ApiError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Scope } from '../../kernel/scope.ts';
import { type TaskRequest, timer } from '../../kernel/tasks/port.ts';
import type {
  AggregateRef,
  AggregateType,
  BusEvent,
  DecideContext,
  Decision,
  Message,
} from '../../kernel/transitions/port.ts';
import { pipelineArn } from './arn.ts';
import { decideExecution } from './model/execution/execution.ts';
import type { ExecutionInput } from './model/execution/inputs.ts';
import { type ExecutionState, isEnded } from './model/execution/state.ts';
import { decideLane, type LaneInput, type LaneState } from './model/lane/lane.ts';
import { Refusal } from './model/refusal.ts';
import type { Effect, OutMessage, StateEvent, Step } from './model/step.ts';
import { projectExecution } from './projection/execution-rows.ts';

export const EXECUTION = 'codepipeline.execution';
export const LANE = 'codepipeline.lane';
/** Whoever shows a pipeline follows this, by its name: its definition, its executions and its transitions. */
const PIPELINE_TOPIC = 'codepipeline.pipeline';

export const executionRef = (id: string): AggregateRef => ({ kind: EXECUTION, id });
export const laneRef = (id: string): AggregateRef => ({ kind: LANE, id });

/** Tells whoever shows a pipeline to read it again. */
export function announcePipeline(
  { changes }: Pick<Kernel, 'changes'>,
  tx: Tx,
  scope: Scope,
  name: string,
): void {
  changes.publish(tx, { topic: PIPELINE_TOPIC, id: name, scope, sequence: 0 });
}

/** The room's state machines, as the kernel runs them. */
export function createAggregates(kernel: Kernel): AggregateType<never, never>[] {
  const lane: AggregateType<LaneState, LaneInput> = {
    kind: LANE,
    version: 1,
    // It lives as long as its pipeline; what it did long ago may be forgotten.
    inFlight: () => false,
    decide: (state, input, context) => decided(context, () => decideLane(state, input, context)),
  };
  const execution: AggregateType<ExecutionState, ExecutionInput> = {
    kind: EXECUTION,
    version: 1,
    inFlight: (state) => !isEnded(state),
    decide: (state, input, context) =>
      decided(context, () => decideExecution(state, input, context.ref.id, context)),
    async project(tx, change) {
      await projectExecution(kernel, tx, change);
      announcePipeline(kernel, tx, change.scope, change.after.pipelineName);
    },
  };
  return [lane, execution] as unknown as AggregateType<never, never>[];
}

function decided<S>(context: DecideContext, decide: () => Step<S>): Decision<S> {
  try {
    const step = decide();
    const effects = step.effects ?? [];
    return {
      state: step.state,
      ...(step.history ? { history: step.history } : {}),
      bus: (step.events ?? []).map((event) => busEvent(context, event)),
      tasks: effects.flatMap(taskOf),
      cancel: effects.flatMap(cancelOf),
      messages: (step.messages ?? []).map(messageOf),
    };
  } catch (error) {
    if (error instanceof Refusal) throw new ApiError(error.code, error.message, { cause: error });
    throw error;
  }
}

function busEvent(context: DecideContext, event: StateEvent): BusEvent {
  return {
    source: 'aws.codepipeline',
    detailType: event.detailType,
    resources: [pipelineArn(context.scope, event.pipelineName)],
    detail: event.detail,
  };
}

function messageOf(message: OutMessage): Message {
  const to = message.to === 'lane' ? laneRef(message.id) : executionRef(message.id);
  return { to, input: message.input };
}

function taskOf(effect: Effect): TaskRequest[] {
  switch (effect.kind) {
    case 'timer':
      return [timer(effect.key, effect.at, { to: executionRef(effect.executionId), input: effect.input })];
    case 'open-stage':
      return [task(effect, `${effect.executionId}/${effect.turn}`)];
    case 'pick-waiter':
      return [task(effect, `${effect.laneId}/${effect.token}`)];
    case 'start-action':
    case 'stop-action':
    case 'record-outputs':
      return [task(effect, effect.actionExecutionId)];
    case 'cancel-timer':
      return [];
  }
}

function task(effect: Effect, id: string): TaskRequest {
  return { kind: `codepipeline.${effect.kind}`, key: `codepipeline.${effect.kind}/${id}`, payload: effect };
}

function cancelOf(effect: Effect): string[] {
  return effect.kind === 'cancel-timer' ? [effect.key] : [];
}
