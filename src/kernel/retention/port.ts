import type { SqlValue } from '../database/port.ts';

/** What is kept for a while. Each has a setting of its own, in days (`auditRetentionDays` …). */
export type Kept =
  | 'audit'
  | 'history'
  | 'inbox'
  | 'sessions'
  | 'tokens'
  | 'uploads'
  | 'failures'
  | 'lostTasks'
  /** What carries its own end. */
  | 'ended';

/** How long each is kept, in milliseconds. */
export type RetentionPeriods = Readonly<Record<Exclude<Kept, 'ended'>, number>>;

export interface RetentionBatch {
  /** Domain milliseconds: what is older goes. */
  readonly before: number;
  readonly limit: number;
  /** What the batch before answered as `next`. */
  readonly after: readonly SqlValue[] | undefined;
}

export interface RetentionOutcome {
  readonly removed: number;
  /** Where to go on; undefined when nothing is left. */
  readonly next?: readonly SqlValue[] | undefined;
}

/** What a room forgets by age. */
export interface RetentionRule {
  /** `wire.audit`. */
  readonly name: string;
  readonly keeps: Kept;
  /** Looks at up to `limit` rows and removes what is too old, in short transactions. Repeating it changes nothing. */
  removeBatch(batch: RetentionBatch): Promise<RetentionOutcome>;
}
