import type { ActionTypeId, ExecutionMode, RetryMode } from '../definition.ts';
import type { Trigger } from './inputs.ts';

export type ExecutionStatus =
  | 'InProgress'
  | 'Stopping'
  | 'Stopped'
  | 'Succeeded'
  | 'Superseded'
  | 'Failed'
  | 'Cancelled';

/** `Pending` has no counterpart in the API: the action was not started in this stage execution. */
export type ActionStatus = 'Pending' | 'InProgress' | 'Succeeded' | 'Failed' | 'Abandoned';

/** What the engine must know of a stage; everything else stays in the pinned definition. */
export interface PlannedStage {
  readonly actions: readonly PlannedAction[];
  /** Retries by itself, once, when the stage fails. */
  readonly autoRetry?: RetryMode;
}

export interface PlannedAction {
  readonly name: string;
  readonly runOrder: number;
  readonly type: ActionTypeId;
  readonly timeoutMs: number;
}

export interface ActionRun extends PlannedAction {
  readonly status: ActionStatus;
  /** The action execution's id, which is also the token of whoever answers; null before the first start. */
  readonly id: string | null;
  /** 1 for the first start in this stage execution. */
  readonly attempt: number;
  readonly startedAt: number;
  readonly updatedAt: number;
  /** Its STARTED event went out. */
  readonly announced: boolean;
  /** A person's answer is waited for until then (domain milliseconds, exclusive). */
  readonly approvalUntil: number | null;
  /** What it needs is taken: it waits for its turn, and nothing of it runs. */
  readonly waiting?: boolean;
  /** Why it failed, shortened: for the summary of the execution. */
  readonly failure: string | null;
  /** Texts for the action's row. Kept for one transition only, so that the state stays small. */
  readonly note?: ActionNote;
}

export interface ActionNote {
  readonly externalId?: string;
  readonly externalUrl?: string;
  readonly summary?: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly by?: string;
}

export type StageStatus = 'InProgress' | 'Stopping' | 'Stopped' | 'Succeeded' | 'Failed' | 'Cancelled';

export interface StageRun {
  readonly name: string;
  readonly status: StageStatus;
  readonly startedAt: number;
  readonly actions: readonly ActionRun[];
  readonly autoRetry: RetryMode | null;
  readonly autoRetries: number;
  readonly manualRetries: number;
  readonly lastRetry: 'AutomatedStageRetry' | 'ManualStageRetry' | null;
}

/**
 * One run of a pipeline. `waiting` in front of the lane of `stages[position]`, `opening` while that stage's plan is
 * fetched, `running` inside it, `ended`.
 */
export interface ExecutionState {
  readonly pipelineId: string;
  readonly pipelineName: string;
  readonly version: number;
  readonly mode: ExecutionMode;
  readonly order: number;
  readonly trigger: Trigger;
  readonly stages: readonly string[];
  readonly plans: readonly PlannedStage[] | null;
  readonly status: ExecutionStatus;
  readonly statusSummary: string | null;
  readonly startedAt: number;
  readonly updatedAt: number;
  readonly position: number;
  readonly phase: 'waiting' | 'opening' | 'running' | 'ended';
  /** Counts the openings of stages; an answer to an older one is ignored. */
  readonly turn: number;
  /** The stage entered last. */
  readonly stage: StageRun | null;
  readonly stop: { readonly abandon: boolean; readonly reason: string | null; readonly by: string } | null;
  readonly supersededBy: string | null;
}

export function stageName(state: ExecutionState): string {
  return state.stages[state.position] as string;
}

export function isEnded(state: ExecutionState): boolean {
  return state.phase === 'ended';
}

/** Names the timer of an action's time-out. */
export function timeoutKey(actionExecutionId: string): string {
  return `codepipeline.timeout/${actionExecutionId}`;
}

/** True while the action of this token waits for its turn. */
export function isWaiting(state: ExecutionState, token: string): boolean {
  return (
    state.stage?.actions.some(
      (action) => action.id === token && action.status === 'InProgress' && action.waiting === true,
    ) ?? false
  );
}
