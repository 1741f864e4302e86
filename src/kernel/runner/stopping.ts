import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CANCEL } from './protocol.ts';
import { killTree, remindTree, type Told, type Tree, terminateTree } from './tree.ts';

/** Why a run was stopped before its command ended by itself. */
export type StopReason =
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'timed-out' }
  /** A limit of the sandbox. */
  | { readonly kind: 'limit'; readonly cause: string }
  /** Somebody told the runner itself to end: the system shuts down. */
  | { readonly kind: 'told' };

/** How a server tells a runner that its run is cancelled; the grace lies in the run's folder. */
export const CANCEL_SIGNAL = 'SIGUSR2';
/** When the file says nothing, because the disk is full. */
export const DEFAULT_GRACE_MS = 5000;

export interface Stopper {
  /** The first reason counts; a later call may only shorten the grace. */
  stop(reason: StopReason, graceMs: number): void;
  reason(): StopReason | undefined;
  /** No more kills. */
  done(): void;
}

const FIRST_LOOK_MS = 20;
const LAST_LOOK_MS = 1000;

/** TERM to the tree at once, again to those that lost it, KILL after the grace (real milliseconds). */
export function createStopper(tree: Tree, wrapper: number | undefined): Stopper {
  let reason: StopReason | undefined;
  let timer: NodeJS.Timeout | undefined;
  let look: NodeJS.Timeout | undefined;
  let due = Number.POSITIVE_INFINITY;
  const lookAgain = (told: Told, ms: number) => {
    look = setTimeout(() => {
      remindTree(tree, told, wrapper);
      lookAgain(told, Math.min(2 * ms, LAST_LOOK_MS));
    }, ms);
  };
  return {
    stop(why, graceMs) {
      if (reason === undefined) {
        reason = why;
        if (graceMs > 0) lookAgain(terminateTree(tree, wrapper), FIRST_LOOK_MS);
      }
      const asked = performance.now() + graceMs;
      if (asked >= due) return;
      due = asked;
      clearTimeout(timer);
      timer = setTimeout(() => {
        clearTimeout(look);
        void killTree(tree);
      }, graceMs);
    },
    reason: () => reason,
    done() {
      clearTimeout(timer);
      clearTimeout(look);
    },
  };
}

/** The grace of a cancel, in milliseconds. */
export function readGrace(folder: string): number {
  try {
    const { graceMs } = JSON.parse(readFileSync(join(folder, CANCEL), 'utf8')) as { graceMs: number };
    return graceMs;
  } catch {
    return DEFAULT_GRACE_MS;
  }
}
