import type { SandboxSpec } from '../sandbox/port.ts';
import type { Cgroup } from './cgroup.ts';
import { launchInBubblewrap } from './launch-bubblewrap.ts';
import { launchProcess } from './launch-process.ts';
import type { DriverSettings } from './protocol.ts';

/** How a command is really started. */
export interface Launch {
  readonly file: string;
  readonly argv0: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Given to the program as file descriptor 4. A wrapper also gets 5, to say what became of the command. */
  readonly input?: string;
  /** The started process is a wrapper: taking it down takes everything down at once. */
  readonly wrapped: boolean;
}

export interface LaunchContext {
  readonly spec: SandboxSpec;
  /** Absolute path of the program. */
  readonly program: string;
  /** Bounds memory and processes where it is there; the launch must do it otherwise. */
  readonly cgroup: Cgroup | undefined;
  readonly marker: string | undefined;
}

/** A driver is one such function: a new one is added here, to {@link DriverSettings} and to the sandbox's probe. */
export function launchOf(driver: DriverSettings, context: LaunchContext): Launch {
  switch (driver.kind) {
    case 'process':
      return launchProcess(driver, context);
    case 'bubblewrap':
      return launchInBubblewrap(driver, context);
  }
}
