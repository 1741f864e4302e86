import { Refusal } from '../refusal.ts';
import type { Moment, Step } from '../step.ts';
import { type Draft, draftOf, finish, pipelineEvent, stageEvent } from './draft.ts';
import type { ExecutionInput } from './inputs.ts';
import {
  abandonActions,
  endExecution,
  resetActions,
  settle,
  startFailedAgain,
  withdrawTurns,
} from './run.ts';
import { type ExecutionState, isEnded, type StageRun, stageName } from './state.ts';

type Of<K extends ExecutionInput['kind']> = ExecutionInput & { readonly kind: K };

/** Stop and wait, or stop and abandon (B4.2). */
export function stop(
  state: ExecutionState,
  input: Of<'stop'>,
  executionId: string,
  moment: Moment,
): Step<ExecutionState> {
  if (isEnded(state)) {
    throw new Refusal(
      'PipelineExecutionNotStoppableException',
      `Unable to stop pipeline execution ${executionId}: it is already ${state.status}`,
    );
  }
  if (state.stop && (state.stop.abandon || !input.abandon)) {
    throw new Refusal(
      'DuplicatedStopRequestException',
      `The pipeline execution ${executionId} is already in Stopping state. It can't be stopped again`,
    );
  }
  const draft = draftOf(state, executionId, moment);
  const reason = input.reason ?? state.stop?.reason ?? null;
  const first = state.stop === null;
  draft.state = { ...draft.state, stop: { abandon: input.abandon, reason, by: input.by } };
  draft.history.push({ kind: 'stop-requested', data: { abandon: input.abandon, reason, by: input.by } });
  if (first) {
    pipelineEvent(draft, 'STOPPING', reason === null ? {} : { 'stop-execution-comments': reason });
    draft.state = { ...draft.state, status: 'Stopping' };
  }
  if (state.phase !== 'running') {
    endExecution(draft, 'Stopped', 'Stopped', reason);
    return finish(draft);
  }
  if (first && draft.state.stage) {
    draft.state = { ...draft.state, stage: { ...draft.state.stage, status: 'Stopping' } };
    stageEvent(draft, stageName(state), 'STOPPING');
  }
  if (input.abandon) abandonActions(draft, input.by, reason ?? 'The execution was stopped');
  else withdrawTurns(draft, input.by);
  settle(draft);
  return finish(draft);
}

/** Goes on in a stage that failed or was stopped, with the same revisions (B4.3). */
export function retry(
  state: ExecutionState,
  input: Of<'retry'>,
  executionId: string,
  moment: Moment,
): Step<ExecutionState> {
  const { stage } = state;
  const refuse = (why: string): never => {
    throw new Refusal('StageNotRetryableException', `Unable to retry stage ${input.stage}: ${why}`);
  };
  if (!stage || stage.name !== input.stage) return refuse(`execution ${executionId} did not fail in it`);
  if (state.phase === 'running' && state.stop === null && hasFailures(stage)) {
    if (input.mode === 'ALL_ACTIONS') return refuse('some of its actions are still in progress');
    return retryBeside(state, input, executionId, moment);
  }
  if (!isEnded(state)) return refuse(`execution ${executionId} is ${state.status}`);
  if (state.status !== 'Failed' && state.status !== 'Stopped') {
    return refuse(`execution ${executionId} is ${state.status}`);
  }
  if (stage.status !== 'Failed' && stage.status !== 'Stopped') return refuse(`the stage is ${stage.status}`);
  if (!hasFailures(stage)) return refuse('it has no failed actions');
  const draft = draftOf(state, executionId, moment);
  recordRetry(draft, input);
  draft.state = {
    ...draft.state,
    status: 'InProgress',
    statusSummary: null,
    phase: 'running',
    stop: null,
    stage: {
      ...stage,
      actions: draft.state.stage?.actions ?? stage.actions,
      status: 'InProgress',
      manualRetries: stage.manualRetries + 1,
      lastRetry: 'ManualStageRetry',
    },
  };
  resetActions(draft, input.mode);
  pipelineEvent(draft, 'RESUMED');
  stageEvent(draft, stage.name, 'RESUMED');
  settle(draft);
  return finish(draft);
}

/** While some actions of the stage still run, those that failed already start again (B4.3). */
function retryBeside(
  state: ExecutionState,
  input: Of<'retry'>,
  executionId: string,
  moment: Moment,
): Step<ExecutionState> {
  const draft = draftOf(state, executionId, moment);
  const { stage } = draft.state;
  if (!stage) return { state };
  recordRetry(draft, input);
  draft.state = {
    ...draft.state,
    stage: { ...stage, manualRetries: stage.manualRetries + 1, lastRetry: 'ManualStageRetry' },
  };
  startFailedAgain(draft);
  return finish(draft);
}

function hasFailures(stage: StageRun): boolean {
  return stage.actions.some((action) => action.status === 'Failed' || action.status === 'Abandoned');
}

function recordRetry(draft: Draft, { stage, mode, by }: Of<'retry'>): void {
  draft.history.push({ kind: 'stage-retried', data: { stage, trigger: 'manual', mode, by } });
}

/** The pipeline was deleted: whatever runs is abandoned, and stopped at its provider as well. */
export function cancel(state: ExecutionState, executionId: string, moment: Moment): Step<ExecutionState> {
  if (isEnded(state)) return { state };
  const draft = draftOf(state, executionId, moment);
  for (const action of state.phase === 'running' ? (state.stage?.actions ?? []) : []) {
    if (action.status !== 'InProgress' || action.id === null) continue;
    draft.effects.push({ kind: 'stop-action', executionId, actionExecutionId: action.id });
  }
  if (state.phase === 'running') abandonActions(draft, 'codepipeline', 'The pipeline was deleted');
  endExecution(draft, 'Cancelled', 'Cancelled', 'The pipeline was deleted');
  return finish(draft);
}
