import { randomBytes, randomUUID } from 'node:crypto';

export function newId(): string {
  return randomUUID();
}

/**
 * Random text that nobody can guess, for ids and tokens that people hand to a command line: letters, digits, `_` and
 * `-`, never with a `-` in front, where it would be taken for an option.
 */
export function newOpaque(bytes: number): string {
  return randomBytes(bytes).toString('base64url').replace(/^-/, '_');
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
