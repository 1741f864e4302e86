import { constants } from 'node:os';
import type { RunEnd } from '../sandbox/port.ts';
import type { StopReason } from './stopping.ts';

export interface ExitStatus {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface EndFacts {
  /** When the command ended. */
  readonly at: number;
  readonly status: ExitStatus;
  /** The status is that of a wrapper, which says 128+n for a command killed by signal n. */
  readonly wrapped: boolean;
  /** Whether a wrapper came so far as to start the command. */
  readonly setUp: boolean;
  readonly reason: StopReason | undefined;
  /** Why the system may have killed it. */
  readonly cause?: string | undefined;
}

/** What a run came to. */
export function endOf({ at, status, wrapped, setUp, reason, cause }: EndFacts): RunEnd {
  if (reason) {
    switch (reason.kind) {
      case 'cancelled':
      case 'timed-out':
        return { kind: reason.kind, at };
      case 'limit':
        return { kind: 'signalled', at, signal: 'SIGKILL', cause: reason.cause };
      case 'told':
        return { kind: 'fault', at, cause: 'its runner was told to end (SIGTERM)' };
    }
  }
  const signal = status.signal ?? (wrapped ? signalOfCode(status.code ?? 0) : undefined);
  if (signal) return { kind: 'signalled', at, signal, ...(cause === undefined ? {} : { cause }) };
  if (!setUp) return { kind: 'fault', at, cause: 'the sandbox could not be set up; its log says why' };
  return { kind: 'exited', at, exitCode: status.code ?? 0 };
}

function signalOfCode(code: number): string | undefined {
  return Object.entries(constants.signals).find(([, number]) => number === code - 128)?.[0];
}
