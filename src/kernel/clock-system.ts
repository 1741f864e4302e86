import type { Clock } from './clock.ts';

/** `setTimeout` counts in 31 bits. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Real time for both. */
export function createSystemClock(): Clock {
  return { wall: Date.now, now: Date.now, wakeAt: (due, wake) => wakeAtReal(due, Date.now, wake) };
}

/** Waits in real time until `now()` reaches `due`, in pieces where the wait is too long for one timer. */
export function wakeAtReal(due: number, now: () => number, wake: () => void): () => void {
  let timer: NodeJS.Timeout;
  const arm = () => {
    const left = due - now();
    timer = setTimeout(() => (due > now() ? arm() : wake()), Math.min(Math.max(left, 0), LONGEST_TIMER_MS));
    timer.unref();
  };
  arm();
  return () => clearTimeout(timer);
}
