import type { RunEnd, SandboxSpec } from '../sandbox/port.ts';
import type { CgroupRoots } from './cgroup.ts';
import type { ProcessIdentity } from './identity.ts';

/*
 * What a server and its runners tell each other. A runner gets its setup as its only argument, says `ready` on its
 * standard output, waits for one claim on its standard input, answers it, and needs nobody from then on.
 */

/** The unprivileged user that commands run as, where the runner is root. */
export interface RunAs {
  readonly uid: number;
  readonly gid: number;
}

/** How commands are locked in, found out once by the server. */
export type DriverSettings =
  | { readonly kind: 'process'; readonly runAs?: RunAs }
  | {
      readonly kind: 'bubblewrap';
      /** Absolute paths of the programs. */
      readonly bwrap: string;
      readonly setpriv?: string;
      /** Whether this bwrap can bound the size of a tmpfs. */
      readonly sized: boolean;
      readonly runAs?: RunAs;
    };

export interface RunnerSetup {
  readonly runsDir: string;
  readonly logsDir: string;
  /** Where control groups can be made; absent where they cannot. */
  readonly cgroups?: CgroupRoots;
  /** Socket of the test clock, in test mode only. */
  readonly clockSocket?: string;
}

/** Secrets (environment and masks) go through the pipe only; the run's folder gets a spec without them. */
export interface Claim {
  readonly key: string;
  /** Name of the folder below `runsDir`. */
  readonly folder: string;
  readonly spec: SandboxSpec;
  readonly driver: DriverSettings;
}

export type RunnerMessage =
  | { readonly kind: 'ready' }
  /** The command runs. */
  | { readonly kind: 'started' }
  /** It could not be started; the end stands in the journal. */
  | { readonly kind: 'ended' }
  /** The key was claimed before. */
  | { readonly kind: 'taken' };

/** What a run's journal holds, one JSON value a line. The first `end` counts. */
export type JournalRecord =
  | {
      readonly kind: 'claimed';
      readonly at: number;
      readonly key: string;
      readonly runner: ProcessIdentity;
      readonly driver: DriverSettings['kind'];
      /** Folders of its control group, when it has one. */
      readonly cgroup?: readonly string[];
      /** Value of the environment variable that marks its processes, when they are marked. */
      readonly marker?: string;
    }
  | { readonly kind: 'started'; readonly at: number; readonly process: ProcessIdentity }
  | { readonly kind: 'report'; readonly at: number; readonly data: unknown }
  | { readonly kind: 'end'; readonly end: RunEnd };

/** Names inside a run's folder. */
export const JOURNAL = 'journal';
/** A FIFO that the runner holds open: who reads it learns at once when the runner is gone. */
export const ALIVE = 'alive';
/** Holds the grace of a cancel that was asked for. */
export const CANCEL = 'cancel';
export const SPEC = 'spec.json';
/** Folders of idle runners begin like this. */
export const SPARE_PREFIX = '.spare-';
