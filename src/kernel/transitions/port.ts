import type { Tx } from '../database/port.ts';
import type { Kinded } from '../json.ts';
import type { Scope } from '../scope.ts';
import type { TaskRequest } from '../tasks/port.ts';

/** Names one state machine: its kind (`codebuild.build`) and its id within the kind. */
export interface AggregateRef {
  readonly kind: string;
  readonly id: string;
}

/** What `decide` may know besides state and input. */
export interface DecideContext {
  readonly scope: Scope;
  readonly ref: AggregateRef;
  /** Domain time of this transition, milliseconds. */
  readonly now: number;
  /** A fresh random UUID. */
  newId(): string;
}

/** An entry of the aggregate's append-only history. */
export interface HistoryEvent extends Kinded {
  readonly data?: unknown;
}

/** An event for the default bus, in EventBridge's shape; id, time, account and region are filled in later. */
export interface BusEvent {
  readonly source: string;
  readonly detailType: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
}

/** An input for another aggregate. It is applied in the same commit, after this decision, in order. */
export interface Message {
  readonly to: AggregateRef;
  readonly input: Kinded;
}

export interface Decision<S> {
  /** The new state, frozen plain data under 64 KB as JSON. The same object means that nothing changed. */
  readonly state: S;
  readonly history?: readonly HistoryEvent[];
  readonly bus?: readonly BusEvent[];
  readonly tasks?: readonly TaskRequest[];
  /** Keys of tasks that are no longer wanted. */
  readonly cancel?: readonly string[];
  readonly messages?: readonly Message[];
  /** Handed to whoever applied the input. */
  readonly result?: unknown;
}

/**
 * A state machine in plain data. `decide` is pure: no IO, no clock, no randomness besides `context`. It throws an
 * `ApiError` to refuse an input (nothing changes then) and ignores answers to tasks that are no longer outstanding by
 * returning the same state.
 */
export interface AggregateType<S = unknown, I extends Kinded = Kinded> {
  readonly kind: string;
  /** Version of the state's shape. */
  readonly version: number;
  /** Brings a state of an older version up to this one. */
  upcast?(state: unknown, from: number): S;
  /**
   * Whether something more may happen to it by itself. As long as it is in flight nothing that is remembered of it is
   * removed by age. Absent: always.
   */
  inFlight?(state: S): boolean;
  decide(state: S | undefined, input: I, context: DecideContext): Decision<S>;
  /** Keeps the room's own index rows in step, in the same transaction. */
  project?(tx: Tx, change: StateChange<S>): Promise<void>;
}

export interface StateChange<S> {
  readonly scope: Scope;
  readonly ref: AggregateRef;
  readonly sequence: number;
  readonly before: S | undefined;
  readonly after: S;
}

export interface Applied {
  readonly state: unknown;
  readonly result: unknown;
  /** Sequence of the aggregate after the transition. */
  readonly sequence: number;
  /** False when the input's id had been applied before, or nothing changed. */
  readonly changed: boolean;
}

export interface HistoryRow {
  readonly sequence: number;
  readonly at: number;
  readonly event: HistoryEvent;
}

/** The only way that state changes. */
export interface Transitions {
  register(type: AggregateType<never, never> | AggregateType): void;
  /**
   * Loads the row (locked), decides, stores state, history, outbox, tasks and index rows, then applies the messages
   * the same way, all inside the caller's transaction. `inputId` makes it happen at most once for this aggregate.
   */
  apply(tx: Tx, scope: Scope, ref: AggregateRef, input: Kinded, inputId?: string): Promise<Applied>;
  /** `apply` in a transaction of its own. */
  run(scope: Scope, ref: AggregateRef, input: Kinded, inputId?: string): Promise<Applied>;
  /** The committed state, brought up to the current version. */
  load<S>(scope: Scope, ref: AggregateRef): Promise<S | undefined>;
  history(scope: Scope, ref: AggregateRef, afterSequence?: number): Promise<readonly HistoryRow[]>;
}
