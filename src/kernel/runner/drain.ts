import { setImmediate as afterPolling } from 'node:timers/promises';
import { within } from './within.ts';

/** A pipe that is being read into a log or a journal. */
export interface Reading {
  /** Resolves when the pipe has ended and all of it is put away. */
  readonly done: Promise<void>;
  /** Bytes read so far. */
  taken(): number;
  /** Whether something that was read waits to be put away (a full disk). */
  busy(): boolean;
  /** Stops reading. */
  stop(): void;
}

/** More than any pipe holds: whoever has written it was alive after all had been killed. */
const MOST_LEFT_BYTES = 4 * 1024 * 1024;

/**
 * Whether the pipes came to their end. They are given up when nothing comes for a while although nothing waits to be put
 * away, because then somebody holds them open who cannot be killed; and when the run is `unwanted`.
 */
export async function drained(
  readings: readonly Reading[],
  patienceMs: number,
  unwanted: () => boolean,
): Promise<boolean> {
  const done = Promise.all(readings.map((reading) => reading.done));
  const taken = () => readings.reduce((sum, reading) => sum + reading.taken(), 0);
  const first = taken();
  for (let before = first; ; ) {
    if (await within(done, patienceMs)) return true;
    // What came while this process had no turn is seen before it is missed.
    await afterPolling();
    const now = taken();
    if (unwanted() || now - first > MOST_LEFT_BYTES) return false;
    if (now === before && !readings.some((reading) => reading.busy())) return false;
    before = now;
  }
}
