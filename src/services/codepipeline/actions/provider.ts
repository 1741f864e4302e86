import type { Tx } from '../../../kernel/database/port.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { ReplyTo } from '../../../kernel/transitions/reply.ts';
import type { ActionTypeSpec } from '../model/action-type.ts';
import type { Revision, StoredArtifact } from '../store/artifacts.ts';

/** An input artifact with the revision it was made from, where that is known. */
export interface InputArtifact extends StoredArtifact {
  readonly revisionId: string | undefined;
}

/** Everything a provider needs to do one action once. */
export interface Job {
  /** The action execution's id. The same key starts the same work: an attempt may be repeated after a crash. */
  readonly key: string;
  /** Account and region that the action works in: those of its role and region, else the pipeline's own. */
  readonly scope: Scope;
  /** Account and region of the pipeline, its artifacts included. */
  readonly home: Scope;
  readonly pipelineName: string;
  readonly executionId: string;
  readonly stage: string;
  readonly action: string;
  /** Variables are resolved. */
  readonly configuration: Readonly<Record<string, string>>;
  readonly inputs: readonly InputArtifact[];
  /** Where outputs go; the provider writes a zip to each. */
  readonly outputs: readonly StoredArtifact[];
  /** Source actions: the revision that the trigger or the person who started the execution asked for. */
  readonly wanted: WantedRevision | undefined;
  /** Whom the room that does the work tells about its end. */
  readonly replyTo: ReplyTo;
  readonly signal: AbortSignal;
}

export interface WantedRevision {
  readonly type: 'COMMIT_ID' | 'IMAGE_DIGEST' | 'S3_OBJECT_VERSION_ID' | 'S3_OBJECT_KEY';
  readonly value: string;
}

export type Started =
  /** Work goes on elsewhere; the end comes as a reply. */
  | {
      readonly kind: 'started';
      readonly externalId: string;
      readonly externalUrl?: string;
      readonly summary?: string;
    }
  /** A person is asked. */
  | { readonly kind: 'approval'; readonly externalId: string; readonly externalUrl?: string }
  | {
      readonly kind: 'finished';
      readonly summary: string;
      readonly externalId?: string;
      readonly externalUrl?: string;
      readonly variables?: Readonly<Record<string, string>>;
      readonly revision?: Revision;
    };

/**
 * One kind of action. `start` is idempotent by the job's key. An action that cannot be done is refused by throwing an
 * {@link ActionFailure} or a modelled `ApiError`; any other error is taken for passing and tried again.
 */
export interface ActionProvider {
  readonly spec: ActionTypeSpec;
  start(job: Job): Promise<Started>;
  /** Asks the work to end; unknown or ended work: nothing. */
  stop(job: { readonly scope: Scope; readonly externalId: string }): Promise<void>;
  /** Present when only one may be at work at a time in what the action needs. */
  readonly place?: SharedPlace;
}

/** Names a place: in its own account and region, by an id that begins with the kind of place. */
export interface PlaceRef {
  readonly scope: Scope;
  readonly id: string;
}

/** Where only one may be at work at a time. Who finds it taken waits for a turn, first come first served (ADR 0006). */
export interface SharedPlace {
  /** The place that a job needs; undefined when there is none: then `start` says what is wrong. */
  of(job: Job): Promise<PlaceRef | undefined>;
  /** True for the error of `start` that means: somebody else is at work there. */
  isTaken(error: unknown): boolean;
  /** Locks the place until the transaction ends, so that nobody frees it unseen. */
  look(tx: Tx, place: PlaceRef): Promise<PlaceView>;
  /** Calls back, in the transaction of the change, whenever a place may have become free. */
  onFreed(listener: (tx: Tx, place: PlaceRef) => Promise<void>): void;
}

export interface PlaceView {
  readonly free: boolean;
  /** What is waited for, in words: `deployment group g of application a: deployment d-1 is in progress`. */
  readonly text: string;
  readonly url?: string;
}

/** Why an action failed: a code as AWS has them (`ConfigurationError`, `PermissionError` …) and a sentence. */
export class ActionFailure extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'ActionFailure';
    this.code = code;
  }
}
