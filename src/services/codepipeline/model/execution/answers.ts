import { Refusal } from '../refusal.ts';
import type { ActionResult, Moment, Step } from '../step.ts';
import { boundedNote, type Draft, draftOf, endAction, finish, outstanding, setAction } from './draft.ts';
import type { ExecutionInput } from './inputs.ts';
import { settle, withdrawTurn } from './run.ts';
import type { ActionRun, ExecutionState } from './state.ts';

type Of<K extends ExecutionInput['kind']> = ExecutionInput & { readonly kind: K };

interface Context {
  readonly executionId: string;
  readonly moment: Moment;
}

/** The provider took the action. Comes too late when the answer was faster: then the row has all it needs already. */
export function started(state: ExecutionState, input: Of<'started'>, context: Context): Step<ExecutionState> {
  const found = outstanding(state, input.token);
  if (!found || (found.action.announced && !found.action.waiting)) return { state };
  const draft = draftOf(state, context.executionId, context.moment);
  const { startedAt, timeoutMs } = found.action;
  setAction(draft, found.index, {
    announced: true,
    waiting: false,
    updatedAt: context.moment.now,
    approvalUntil: input.approval ? startedAt + timeoutMs : null,
    note: boundedNote({
      ...(input.externalId === undefined ? {} : { externalId: input.externalId }),
      ...(input.externalUrl === undefined ? {} : { externalUrl: input.externalUrl }),
      ...(input.summary === undefined ? {} : { summary: input.summary }),
    }),
  });
  return finish(draft);
}

/** The provider would take the action, were somebody else not at work there. */
export function waiting(state: ExecutionState, input: Of<'waiting'>, context: Context): Step<ExecutionState> {
  const found = outstanding(state, input.token);
  if (!found || (found.action.announced && !found.action.waiting)) return { state };
  const draft = draftOf(state, context.executionId, context.moment);
  if (draft.state.stop) {
    withdrawTurn(draft, found.index, draft.state.stop.by);
    settle(draft);
    return finish(draft);
  }
  const { summary, externalUrl } = input;
  setAction(draft, found.index, {
    announced: true,
    waiting: true,
    updatedAt: context.moment.now,
    note: boundedNote({ summary, ...(externalUrl === undefined ? {} : { externalUrl }) }),
  });
  return finish(draft);
}

export function finished(
  state: ExecutionState,
  input: Of<'finished'>,
  context: Context,
): Step<ExecutionState> {
  const found = outstanding(state, input.token);
  if (!found) return { state };
  const draft = draftOf(state, context.executionId, context.moment);
  endWith(draft, found.index, input.result);
  settle(draft);
  return finish(draft);
}

/** The room that did the work reports its end. Output variables take the way over a task, as they may be large. */
export function reply(state: ExecutionState, input: Of<'reply'>, context: Context): Step<ExecutionState> {
  const found = outstanding(state, input.token);
  if (!found) return { state };
  const draft = draftOf(state, context.executionId, context.moment);
  const succeeded = input.outcome === 'succeeded';
  const result: ActionResult = {
    outcome: succeeded ? 'succeeded' : 'failed',
    externalId: input.externalId,
    summary: input.summary,
    ...(succeeded
      ? {}
      : {
          errorCode: input.errorCode ?? 'JobFailed',
          errorMessage: input.summary === '' ? `The work was ${input.outcome}` : input.summary,
        }),
  };
  const outputs = input.outputs ?? {};
  if (Object.keys(outputs).length > 0) {
    draft.effects.push({
      kind: 'record-outputs',
      executionId: context.executionId,
      actionExecutionId: input.token,
      result: { ...result, outputs },
    });
    return finish(draft);
  }
  endWith(draft, found.index, result);
  settle(draft);
  return finish(draft);
}

function endWith(draft: Draft, index: number, result: ActionResult): void {
  const { outcome, outputs: _, ...note } = result;
  endAction(draft, index, outcome === 'succeeded' ? 'Succeeded' : 'Failed', note);
}

export function timeout(state: ExecutionState, input: Of<'timeout'>, context: Context): Step<ExecutionState> {
  const found = outstanding(state, input.token);
  if (!found) return { state };
  const draft = draftOf(state, context.executionId, context.moment);
  const { action } = found;
  const message = isApproval(action)
    ? `The approval was not answered within ${duration(action.timeoutMs)} (timeout)`
    : action.waiting
      ? `The action did not get its turn within ${duration(action.timeoutMs)} (timeout)`
      : `The action did not end within ${duration(action.timeoutMs)} (timeout)`;
  endAction(draft, found.index, 'Failed', {
    errorCode: 'JobTimedOut',
    errorMessage: message,
    summary: message,
  });
  if (!isApproval(action)) {
    draft.effects.push({
      kind: 'stop-action',
      executionId: context.executionId,
      actionExecutionId: input.token,
    });
  }
  settle(draft);
  return finish(draft);
}

/** A person's answer to an approval (B6.2, B6.3). Everything unclear is no answer. */
export function answer(state: ExecutionState, input: Of<'answer'>, context: Context): Step<ExecutionState> {
  const action = state.stage?.actions.find((candidate) => candidate.id === input.token);
  if (!action || (action.status === 'InProgress' && action.approvalUntil === null)) {
    throw new Refusal('InvalidApprovalTokenException', 'The approval token is not valid');
  }
  const found = outstanding(state, input.token);
  if (!found) {
    throw new Refusal(
      'ApprovalAlreadyCompletedException',
      `The approval action ${action.name} has already been approved, rejected or timed out`,
    );
  }
  if (context.moment.now >= (action.approvalUntil ?? 0)) {
    throw new Refusal('InvalidApprovalTokenException', 'The approval token has expired');
  }
  const draft = draftOf(state, context.executionId, context.moment);
  const { approved, summary, by } = input;
  draft.history.push({
    kind: approved ? 'approved' : 'rejected',
    data: { action: action.name, summary, by },
  });
  endAction(draft, found.index, approved ? 'Succeeded' : 'Failed', {
    summary,
    by,
    ...(approved
      ? {}
      : {
          errorCode: 'ApprovalRejected',
          errorMessage: `Rejected by ${by}${summary === '' ? '' : `: ${summary}`}`,
        }),
  });
  settle(draft);
  return finish(draft);
}

function isApproval(action: ActionRun): boolean {
  return action.type.category === 'Approval';
}

function duration(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes % 1440 === 0) return plural(minutes / 1440, 'day');
  return minutes % 60 === 0 ? plural(minutes / 60, 'hour') : plural(minutes, 'minute');
}

function plural(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
