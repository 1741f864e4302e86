import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_MS = 100;
const LONGEST_MS = 5_000;

/** Real milliseconds before try n+1, with a spread so that many hosts do not come back at the same moment. */
export async function pause(attempt: number, signal: AbortSignal): Promise<void> {
  const ms = Math.min(FIRST_MS * 2 ** Math.min(attempt, 10), LONGEST_MS) * (0.5 + Math.random() / 2);
  await sleep(ms, undefined, { signal }).catch(() => {});
}
