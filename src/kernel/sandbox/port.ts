/** Bounds of one run. Every one is always in force. */
export interface SandboxLimits {
  /** Domain milliseconds until the whole tree is killed and the run ends `timed-out`. */
  readonly timeoutMs: number;
  /** Bytes of the whole tree where the system can bound it (cgroups), else of each process. */
  readonly memoryBytes: number;
  readonly processes: number;
  /** Bytes of output kept; what comes after is dropped with one line saying so. */
  readonly outputBytes: number;
  /** Bytes the work folder may grow to. */
  readonly diskBytes: number;
}

/**
 * One command to run. Plain data. It is kept in `runs/<key>/spec.json` without the values of its environment and masks,
 * which go to the runner through a pipe and never to the disk.
 */
export interface SandboxSpec {
  /** Program and arguments; never a shell line made from user input. */
  readonly argv: readonly string[];
  /** The whole environment; nothing is inherited (`PWD` and, for plain processes, a marker of the run are added). */
  readonly env: Readonly<Record<string, string>>;
  /**
   * The folder that the command may write; under bubblewrap the only one. Make it below `workRoot`. Where the server is
   * root, everything in it is given to the user that commands run as, so it must not hold hard links to other files.
   */
  readonly workDir: string;
  /** Where it starts: `workDir` or a folder below it. */
  readonly cwd: string;
  /**
   * More folders it may read (and write where said). Plain processes see what their user may see anyway. Where the
   * server is root, a writable one is given to the user that commands run as; a read-only one must be open to it.
   */
  readonly mounts?: readonly { readonly path: string; readonly writable: boolean }[];
  readonly network: boolean;
  /** Name of the Linux user to run as, in place of the driver's own: one that `refusesUser` does not refuse. */
  readonly user?: string;
  readonly limits: SandboxLimits;
  /** Log stream that takes stdout and stderr. Left open at the end: its owner may write more, and ends it. */
  readonly logStream: string;
  /** Values replaced by `***` before the first write of a log. */
  readonly masks: readonly string[];
}

/** What a run reports of itself on its report pipe (file descriptor 3): one JSON value a line, with the time it came. */
export interface RunReport {
  readonly at: number;
  readonly data: unknown;
}

export type RunEnd =
  | { readonly kind: 'exited'; readonly at: number; readonly exitCode: number }
  /** `signal` is a name such as `SIGKILL`; `cause` is there when a limit of the sandbox did it. */
  | { readonly kind: 'signalled'; readonly at: number; readonly signal: string; readonly cause?: string }
  | { readonly kind: 'timed-out'; readonly at: number }
  | { readonly kind: 'cancelled'; readonly at: number }
  /** The command could not be started, or its runner is gone. */
  | { readonly kind: 'fault'; readonly at: number; readonly cause: string };

export interface RunWatch {
  /** Reports from `afterReport` (a count) on, then the end; each call to the callbacks is awaited. */
  readonly onReport?: (report: RunReport, count: number) => Promise<void>;
  readonly afterReport?: number;
}

/**
 * Runs commands under a small detached runner of their own that outlives this process. The key names the run for ever:
 * making its folder is the claim, so starting the same key twice starts it once. Once a command has started it is never
 * started again by itself.
 */
export interface Sandbox {
  readonly driver: 'process' | 'bubblewrap';
  /** Folder for work folders, reachable for whoever commands run as. Callers make and remove their own below it. */
  readonly workRoot: string;
  /** Why no command may run as this Linux user; undefined when one may. */
  refusesUser(name: string): string | undefined;
  /** Resolves when the command has started, or with a fault end already recorded when it could not. */
  start(key: string, spec: SandboxSpec): Promise<void>;
  /** Follows a run, started by this process or an earlier one, to its end. Rejects only when the signal aborts. */
  wait(key: string, watch: RunWatch, signal: AbortSignal): Promise<RunEnd>;
  /** TERM to the whole tree, KILL after `graceMs`. The run ends `cancelled`. Cancelling an ended run does nothing. */
  cancel(key: string, graceMs?: number): Promise<void>;
  /** Whether this key was ever claimed. */
  known(key: string): Promise<boolean>;
  /** Removes what is kept of an ended run. */
  forget(key: string): Promise<void>;
  /** Ends the warm spare runners; runs under way go on. */
  close(): Promise<void>;
}
