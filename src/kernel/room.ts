import type { Migration } from './database/port.ts';
import type { RetentionRule } from './retention/port.ts';
import type { TaskDefinition } from './tasks/port.ts';
import type { AggregateType } from './transitions/port.ts';

/**
 * What a service room brings into the house, besides its API operations. All of it is plain data that the composition
 * root registers; a room never reaches for another room except through the faces it is given.
 */
export interface Room {
  /** As in the folder's name: `codebuild`. */
  readonly name: string;
  readonly migrations: readonly Migration[];
  readonly aggregates: readonly AggregateType[];
  readonly tasks: readonly TaskDefinition[];
  /** What it forgets by age. */
  readonly retention?: readonly RetentionRule[];
  /**
   * Picks up what an earlier process left (re-adopts runs, emits what is missing). Runs before requests are taken, and
   * again, beside them, when another process of the same database is gone.
   */
  start?(): Promise<void>;
  stop?(): Promise<void>;
}
