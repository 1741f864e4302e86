import type { Tx } from '../database/port.ts';
import type { Scope } from '../scope.ts';

/** Says that something changed, never what: whoever cares reads again. */
export interface Change {
  /** An aggregate's kind (`codepipeline.execution`) or a room's own topic (`codecommit.repository`). */
  readonly topic: string;
  readonly id: string;
  readonly scope: Scope;
  /** The aggregate's sequence, 0 where there is none. */
  readonly sequence: number;
}

/** Pushes changes to waiters in every process after the commit. Transitions publish theirs by themselves. */
export interface Changes {
  publish(tx: Tx, change: Change): void;
  subscribe(receive: (change: Change) => void): () => void;
  /** Resolves with true at the next change that matches, with false when the signal aborts. */
  next(matches: (change: Change) => boolean, signal: AbortSignal): Promise<boolean>;
}
