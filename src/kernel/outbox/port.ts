import type { Tx } from '../database/port.ts';
import type { Scope } from '../scope.ts';
import type { AggregateRef, BusEvent } from '../transitions/port.ts';

/** An event as it leaves the outbox; `id` is stable over repeated deliveries. */
export interface OutboxEvent extends BusEvent {
  readonly id: string;
  readonly scope: Scope;
  /** Domain time of the transition that made it. */
  readonly at: number;
}

/**
 * Events leave the transaction that made them here. Each is handed to the subscriber in a transaction that also
 * removes it, in order for each `origin`.
 */
export interface Outbox {
  /** Puts an event into the outbox inside the caller's transaction. */
  publish(tx: Tx, scope: Scope, origin: AggregateRef, event: BusEvent): Promise<void>;
  /** At most one; set by the events room. */
  subscribe(receive: (tx: Tx, event: OutboxEvent) => Promise<void>): void;
  start(): void;
  stop(): Promise<void>;
}
