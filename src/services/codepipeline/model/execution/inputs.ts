import type { ReplyInput } from '../../../../kernel/transitions/reply.ts';
import type { ExecutionMode, RetryMode } from '../definition.ts';
import type { ActionResult } from '../step.ts';
import type { PlannedStage } from './state.ts';

export interface Trigger {
  /** As in the API model's `TriggerType`. */
  readonly type: string;
  readonly detail: string;
  /** What is known of the change, for the STARTED event: `repository-name`, `branch-name`, `commit-id` … */
  readonly facts?: Readonly<Record<string, string>>;
}

export type ExecutionInput =
  | {
      readonly kind: 'start';
      readonly pipelineId: string;
      readonly pipelineName: string;
      readonly version: number;
      readonly mode: ExecutionMode;
      readonly order: number;
      readonly stages: readonly string[];
      readonly trigger: Trigger;
      /** Plans of all stages, when they are small enough to travel with the execution. */
      readonly plans?: readonly PlannedStage[];
    }
  /** The lane of the stage lets the execution in. */
  | { readonly kind: 'granted'; readonly stage: string }
  | { readonly kind: 'superseded'; readonly by: string }
  | { readonly kind: 'opened'; readonly stage: string; readonly turn: number; readonly plan: PlannedStage }
  /** The provider took the action; `approvalUntil` when a person's answer is waited for. */
  | {
      readonly kind: 'started';
      readonly token: string;
      readonly externalId?: string;
      readonly externalUrl?: string;
      readonly summary?: string;
      readonly approval?: boolean;
    }
  /** Somebody else is at work where the action has to go: it waits for its turn. Said again when that changes. */
  | {
      readonly kind: 'waiting';
      readonly token: string;
      readonly summary: string;
      readonly externalUrl?: string;
    }
  | { readonly kind: 'finished'; readonly token: string; readonly result: ActionResult }
  /** Sent by the room that did the work. */
  | ReplyInput
  | { readonly kind: 'timeout'; readonly token: string }
  | {
      readonly kind: 'answer';
      readonly token: string;
      readonly approved: boolean;
      readonly summary: string;
      readonly by: string;
    }
  | { readonly kind: 'stop'; readonly abandon: boolean; readonly reason?: string; readonly by: string }
  | { readonly kind: 'retry'; readonly stage: string; readonly mode: RetryMode; readonly by: string }
  /** From the execution to itself, once a stage with `onFailure: RETRY` has failed. */
  | { readonly kind: 'auto-retry'; readonly stage: string }
  /** The pipeline is gone. */
  | { readonly kind: 'cancel' };
