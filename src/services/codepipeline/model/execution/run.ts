import { shorten } from '../../../../pure/shorten.ts';
import { type Draft, endAction, pipelineEvent, setAction, stageEvent, tellLane } from './draft.ts';
import {
  type ActionRun,
  type ExecutionStatus,
  type PlannedStage,
  type StageRun,
  type StageStatus,
  stageName,
  timeoutKey,
} from './state.ts';

const MAX_SUMMARY = 500;

/** The lane let the execution in: begin the stage, or fetch its plan first. */
export function openStage(draft: Draft): void {
  const stage = stageName(draft.state);
  const turn = draft.state.turn + 1;
  const plan = draft.state.plans?.[draft.state.position];
  draft.state = { ...draft.state, phase: 'opening', turn };
  if (plan) beginStage(draft, plan);
  else draft.effects.push({ kind: 'open-stage', executionId: draft.executionId, stage, turn });
}

export function beginStage(draft: Draft, plan: PlannedStage): void {
  const { now } = draft.moment;
  const name = stageName(draft.state);
  const actions = plan.actions.map(
    (action): ActionRun => ({
      ...action,
      status: 'Pending',
      id: null,
      attempt: 0,
      startedAt: 0,
      updatedAt: 0,
      announced: false,
      approvalUntil: null,
      failure: null,
    }),
  );
  const stage: StageRun = {
    name,
    status: 'InProgress',
    startedAt: now,
    actions,
    autoRetry: plan.autoRetry ?? null,
    autoRetries: 0,
    manualRetries: 0,
    lastRetry: null,
  };
  draft.state = { ...draft.state, phase: 'running', stage };
  stageEvent(draft, name, 'STARTED');
  settle(draft);
}

/** After any change inside the stage: start what may start, or end the stage when nothing runs any more (B1.3). */
export function settle(draft: Draft): void {
  const { stage, stop, phase } = draft.state;
  if (phase !== 'running' || !stage) return;
  if (stage.actions.some((action) => action.status === 'InProgress')) return;
  if (stop) return endExecution(draft, 'Stopped', 'Stopped', stop.reason);
  const failed = stage.actions.find((action) => action.status === 'Failed' || action.status === 'Abandoned');
  if (failed) return failStage(draft, stage, failed);
  const next = Math.min(
    ...stage.actions.filter((action) => action.status === 'Pending').map((action) => action.runOrder),
  );
  if (next === Number.POSITIVE_INFINITY) return leaveStage(draft);
  for (const [index, action] of stage.actions.entries()) {
    if (action.status === 'Pending' && action.runOrder === next) startAction(draft, index, action);
  }
}

function startAction(draft: Draft, index: number, action: ActionRun): void {
  const { now } = draft.moment;
  const id = draft.moment.newId();
  const { executionId } = draft;
  setAction(draft, index, {
    status: 'InProgress',
    id,
    attempt: action.attempt + 1,
    startedAt: now,
    updatedAt: now,
    announced: false,
    waiting: false,
    approvalUntil: null,
  });
  draft.effects.push(
    {
      kind: 'start-action',
      executionId,
      stage: stageName(draft.state),
      action: action.name,
      actionExecutionId: id,
    },
    {
      kind: 'timer',
      key: timeoutKey(id),
      at: now + action.timeoutMs,
      executionId,
      input: { kind: 'timeout', token: id },
    },
  );
}

function failStage(draft: Draft, stage: StageRun, failed: ActionRun): void {
  if (stage.autoRetry !== null && stage.autoRetries === 0) {
    // In a transition of its own: this one is about how the attempt ended.
    draft.state = { ...draft.state, stage: { ...stage, status: 'Failed' } };
    stageEvent(draft, stage.name, 'FAILED');
    draft.messages.push({
      to: 'execution',
      id: draft.executionId,
      input: { kind: 'auto-retry', stage: stage.name },
    });
    return;
  }
  endExecution(
    draft,
    'Failed',
    'Failed',
    `Action ${failed.name} in stage ${stage.name} failed${failed.failure ? `: ${failed.failure}` : ''}`,
  );
}

/** A stage that may retry by itself begins again, once (B4.5). */
export function retryByItself(draft: Draft): void {
  const { stage } = draft.state;
  if (!stage || stage.autoRetry === null) return;
  draft.state = {
    ...draft.state,
    stage: { ...stage, status: 'InProgress', autoRetries: 1, lastRetry: 'AutomatedStageRetry' },
  };
  draft.history.push({ kind: 'stage-retried', data: { stage: stage.name, trigger: 'automatic' } });
  resetActions(draft, stage.autoRetry);
  stageEvent(draft, stage.name, 'RESUMED');
  settle(draft);
}

/**
 * Puts actions back to the start: those that did not succeed, or all of them but sources, which are read once in an
 * execution (B4.3).
 */
export function resetActions(draft: Draft, mode: 'FAILED_ACTIONS' | 'ALL_ACTIONS'): void {
  for (const [index, action] of (draft.state.stage?.actions ?? []).entries()) {
    const again =
      action.status !== 'Succeeded' || (mode === 'ALL_ACTIONS' && action.type.category !== 'Source');
    if (again) setAction(draft, index, { status: 'Pending', failure: null });
  }
}

/** Those that failed begin a new attempt at once, beside those that still run: all are of one run order. */
export function startFailedAgain(draft: Draft): void {
  for (const [index, action] of (draft.state.stage?.actions ?? []).entries()) {
    if (action.status !== 'Failed' && action.status !== 'Abandoned') continue;
    setAction(draft, index, { failure: null });
    startAction(draft, index, action);
  }
}

function leaveStage(draft: Draft): void {
  const { position, stages } = draft.state;
  const last = position === stages.length - 1;
  if (last) return endExecution(draft, 'Succeeded', 'Succeeded', null);
  setStageStatus(draft, 'Succeeded');
  stageEvent(draft, stageName(draft.state), 'SUCCEEDED');
  tellLane(draft, stageName(draft.state), 'leave');
  draft.state = { ...draft.state, position: position + 1, phase: 'waiting' };
  tellLane(draft, stageName(draft.state), 'enter');
}

function setStageStatus(draft: Draft, status: StageStatus): void {
  if (draft.state.stage) draft.state = { ...draft.state, stage: { ...draft.state.stage, status } };
}

const EVENT_OF: Readonly<Partial<Record<ExecutionStatus, string>>> = {
  Succeeded: 'SUCCEEDED',
  Failed: 'FAILED',
  Stopped: 'STOPPED',
  Superseded: 'SUPERSEDED',
  Cancelled: 'CANCELED',
};

/** Ends the execution wherever it is; the lane is free for the next one. */
export function endExecution(
  draft: Draft,
  status: ExecutionStatus,
  stageStatus: StageStatus,
  summary: string | null,
): void {
  const name = stageName(draft.state);
  const inside = draft.state.phase === 'running' || draft.state.phase === 'opening';
  if (draft.state.phase === 'running') {
    setStageStatus(draft, stageStatus);
    stageEvent(draft, name, EVENT_OF[status] ?? 'STOPPED');
  }
  draft.state = {
    ...draft.state,
    status,
    statusSummary: summary === null ? null : shorten(summary, MAX_SUMMARY),
    phase: 'ended',
  };
  pipelineEvent(draft, EVENT_OF[status] ?? 'STOPPED');
  tellLane(draft, name, inside ? 'leave' : 'withdraw');
}

/** Abandons whatever runs; the work at the provider may go on (B4.2). */
export function abandonActions(draft: Draft, by: string, summary: string): void {
  for (const [index, action] of (draft.state.stage?.actions ?? []).entries()) {
    if (action.status === 'InProgress') endAction(draft, index, 'Abandoned', { summary, by });
  }
}

/** A stop lets running work finish but begins none: whoever waits for a turn has not begun. */
export function withdrawTurn(draft: Draft, index: number, by: string): void {
  endAction(draft, index, 'Abandoned', { summary: 'Stopped while it waited for its turn', by });
}

export function withdrawTurns(draft: Draft, by: string): void {
  for (const [index, action] of (draft.state.stage?.actions ?? []).entries()) {
    if (action.status === 'InProgress' && action.waiting) withdrawTurn(draft, index, by);
  }
}
