import type { Tx } from '../database/port.ts';
import type { Kinded } from '../json.ts';
import type { Scope } from '../scope.ts';
import type { AggregateRef } from '../transitions/port.ts';

/** Work to be done outside the core. A task lasts seconds; waiting is a task with a due time. */
export interface TaskRequest {
  /** Names its handler, for example `codebuild.start`. */
  readonly kind: string;
  /** Unique among tasks not yet done; enqueueing the same key again changes nothing. */
  readonly key: string;
  readonly payload?: unknown;
  /** Domain time, milliseconds; at once when absent. */
  readonly runAt?: number;
}

/** The kind of task that only delivers an input when its time has come: `payload` is a {@link Delivery}. */
export const DELIVER_TASK = 'kernel.deliver';

/** An input for an aggregate, applied in the transaction that ends the task. */
export interface Delivery {
  readonly to: AggregateRef;
  readonly input: Kinded;
}

/** A timer: at `runAt` the input reaches the aggregate. Cancel it by its key. */
export function timer(key: string, runAt: number, delivery: Delivery): TaskRequest {
  return { kind: DELIVER_TASK, key, runAt, payload: delivery };
}

export interface Task<P = unknown> {
  readonly id: string;
  readonly kind: string;
  readonly key: string;
  readonly scope: Scope;
  readonly payload: P;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** Rises with each lease; an answer with an old epoch is refused. */
  readonly epoch: number;
}

export interface TaskOutcome {
  /** Applied in the transaction that ends the task, each with an id made from the task's. */
  readonly deliver?: readonly Delivery[];
  /** Any other writing that must be atomic with the end of the task. */
  readonly write?: (tx: Tx) => Promise<void>;
}

export interface TaskRun {
  /** Aborts when the task was cancelled, its lease was lost or the process stops. */
  readonly signal: AbortSignal;
}

/** How tasks of one kind are done. Handlers are idempotent: an attempt may be repeated after a crash. */
export interface TaskDefinition<P = never> {
  readonly kind: string;
  /** Default 5. */
  readonly maxAttempts?: number;
  /** Delay before attempt n+1 in domain milliseconds; default exponential from 200 ms to 30 s. */
  readonly backoff?: (attempt: number) => number;
  /** How many of this kind run at once in one process; default 16. */
  readonly concurrency?: number;
  run(task: Task<P>, run: TaskRun): Promise<TaskOutcome | undefined | void>;
  /** After the last attempt: what the aggregate is told. Without it the failure is only logged. */
  exhausted?(task: Task<P>, error: unknown): TaskOutcome | undefined;
}

export interface TaskQueue {
  define(definition: TaskDefinition<never>): void;
  /** Inside the caller's transaction; workers wake after the commit. */
  enqueue(tx: Tx, scope: Scope, request: TaskRequest): Promise<void>;
  /** Removes waiting tasks and aborts running ones of this key. */
  cancel(tx: Tx, scope: Scope, key: string): Promise<void>;
  /** Begins to take tasks. */
  start(): void;
  /** Frees what processes that are gone had leased. */
  takeOver(): Promise<void>;
  /** Takes no more; waits for those running, aborting them after `graceMs`. */
  stop(graceMs?: number): Promise<void>;
  /** Resolves when nothing is due or running. For tests and orderly ends. */
  idle(): Promise<void>;
}
