import { randomUUID } from 'node:crypto';

export function newId(): string {
  return randomUUID();
}

let last = 0;

/**
 * A number that rises with every call in this process and, to the millisecond, across processes. Orders rows that were
 * written by several; never used as a "last id" that somebody remembers.
 */
export function nextPosition(wallMs: number): number {
  last = Math.max(last + 1, wallMs * 1000);
  return last;
}
