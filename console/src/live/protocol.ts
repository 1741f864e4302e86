import type { PackedLines } from '../log/packed-lines.ts';

/** Something changed on the server: what, never how. Whoever shows it reads again. */
export interface LiveChange {
  readonly topic: string;
  readonly id: string;
  readonly sequence: number;
}

export interface LiveLine {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly text: string;
  readonly offset: number;
  /** Where the next line starts: what a reconnect goes on from. */
  readonly next: number;
  readonly partial?: boolean;
}

/** Which log to follow, from which byte on. */
export interface LogAddress {
  readonly group: string;
  readonly stream: string;
  readonly offset: number;
}

/** From a tab to the hub. `key` is the tab's own name for a log it follows. */
export type ToHub =
  | { readonly kind: 'open-log'; readonly key: string; readonly address: LogAddress }
  | { readonly kind: 'close-log'; readonly key: string }
  | { readonly kind: 'leave' };

/** From the hub to a tab. `resync` says that changes may have been missed: read everything again. */
export type FromHub =
  | { readonly kind: 'connected' }
  | { readonly kind: 'disconnected' }
  | { readonly kind: 'resync' }
  | { readonly kind: 'changes'; readonly changes: readonly LiveChange[] }
  | { readonly kind: 'log'; readonly key: string; readonly lines: PackedLines }
  | { readonly kind: 'log-end'; readonly key: string }
  | { readonly kind: 'log-refused'; readonly key: string; readonly message: string };
