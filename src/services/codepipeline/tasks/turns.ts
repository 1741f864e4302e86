import type { Tx } from '../../../kernel/database/port.ts';
import { nextPosition } from '../../../kernel/ids.ts';
import type { TaskDefinition, TaskOutcome } from '../../../kernel/tasks/port.ts';
import type { PlaceRef, SharedPlace } from '../actions/provider.ts';
import { executionRef } from '../aggregates.ts';
import type { ExecutionInput } from '../model/execution/inputs.ts';
import { type ExecutionState, isWaiting } from '../model/execution/state.ts';
import type { CodePipelineParts } from '../parts.ts';
import { firstTurn, joinQueue, type Turn, turnsBefore } from '../store/turns.ts';
import { type NextTurn, wakeNext } from '../turns.ts';

export function nextTurnTask({ kernel }: CodePipelineParts): TaskDefinition<NextTurn> {
  return {
    kind: 'codepipeline.next-turn',
    async run({ id, scope, payload }) {
      const turn = await firstTurn(kernel.database.read, { scope, id: payload.place });
      if (!turn) return undefined;
      const { home, ...rest } = turn;
      return {
        write: (tx) =>
          kernel.tasks.enqueue(tx, home, {
            kind: 'codepipeline.start-action',
            key: `codepipeline.start-action/${rest.actionExecutionId}/${id}`,
            payload: { kind: 'start-action', ...rest },
          }),
      };
    },
  };
}

/**
 * The action stands in the queue in the commit that says so. The place is locked meanwhile: either it is taken, and its
 * end wakes the first in the queue, or it is free by now, and the first is woken here.
 */
export function waitForTurn(
  { kernel }: CodePipelineParts,
  shared: SharedPlace,
  place: PlaceRef,
  turn: Turn,
  taskId: string,
): TaskOutcome & { write(tx: Tx): Promise<void> } {
  const { home, executionId, actionExecutionId } = turn;
  return {
    async write(tx) {
      const view = await shared.look(tx, place);
      const before = await turnsBefore(tx, place, actionExecutionId);
      const input: ExecutionInput = {
        kind: 'waiting',
        token: actionExecutionId,
        summary: `Waiting for ${view.text}${queueText(before)}`,
        ...(view.url === undefined ? {} : { externalUrl: view.url }),
      };
      const applied = await kernel.transitions.apply(tx, home, executionRef(executionId), input, taskId);
      if (!isWaiting(applied.state as ExecutionState, actionExecutionId)) return;
      await joinQueue(tx, place, turn, nextPosition(kernel.clock.wall()));
      if (view.free) await wakeNext(kernel, tx, place);
    },
  };
}

function queueText(before: number): string {
  if (before === 0) return '';
  return before === 1
    ? ', and one action waits before this one'
    : `, and ${before} actions wait before this one`;
}
