import type { ExecutionInput } from './execution/inputs.ts';
import type { LaneInput } from './lane/lane.ts';

/** Something to be done outside, asked for by a decision. The room turns it into a task of the kernel. */
export type Effect =
  | {
      readonly kind: 'open-stage';
      readonly executionId: string;
      readonly stage: string;
      readonly turn: number;
    }
  | {
      readonly kind: 'start-action';
      readonly executionId: string;
      readonly stage: string;
      readonly action: string;
      readonly actionExecutionId: string;
    }
  | { readonly kind: 'stop-action'; readonly executionId: string; readonly actionExecutionId: string }
  | {
      readonly kind: 'record-outputs';
      readonly executionId: string;
      readonly actionExecutionId: string;
      readonly result: ActionResult;
    }
  | { readonly kind: 'pick-waiter'; readonly laneId: string; readonly token: number }
  | {
      readonly kind: 'timer';
      readonly key: string;
      readonly at: number;
      readonly executionId: string;
      readonly input: ExecutionInput;
    }
  | { readonly kind: 'cancel-timer'; readonly key: string };

/** How an action ended. */
export interface ActionResult {
  readonly outcome: 'succeeded' | 'failed';
  readonly externalId?: string;
  readonly externalUrl?: string;
  readonly summary?: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  /** Output variables; too large for the state, so they go into rows. */
  readonly outputs?: Readonly<Record<string, string>>;
}

export type OutMessage =
  | { readonly to: 'lane'; readonly id: string; readonly input: LaneInput }
  | { readonly to: 'execution'; readonly id: string; readonly input: ExecutionInput };

/** A state-change event of a pipeline or a stage, completed into EventBridge's shape by the room. */
export interface StateEvent {
  readonly detailType:
    | 'CodePipeline Pipeline Execution State Change'
    | 'CodePipeline Stage Execution State Change';
  readonly pipelineName: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** What a decision answers. The same state object means that nothing changed. */
export interface Step<S> {
  readonly state: S;
  readonly history?: readonly { readonly kind: string; readonly data?: unknown }[];
  readonly events?: readonly StateEvent[];
  readonly effects?: readonly Effect[];
  readonly messages?: readonly OutMessage[];
}

/** What a decision may know besides state and input. */
export interface Moment {
  /** Domain milliseconds. */
  readonly now: number;
  newId(): string;
}

export function laneId(pipelineId: string, stage: string): string {
  return `${pipelineId}/${stage}`;
}
