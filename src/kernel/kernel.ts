import type { BlobStore } from './blobs/port.ts';
import type { Changes } from './changes/port.ts';
import type { Clock } from './clock.ts';
import type { Accompany } from './database/accompany.ts';
import type { Database } from './database/port.ts';
import type { Failpoints } from './failpoints.ts';
import type { LogStreams } from './log-streams/port.ts';
import type { Outbox } from './outbox/port.ts';
import type { Sandbox } from './sandbox/port.ts';
import type { TaskQueue } from './tasks/port.ts';
import type { Logger } from './telemetry/logger.ts';
import type { Transitions } from './transitions/port.ts';

/** The ground floor, handed to every room. */
export interface Kernel {
  /** The data folder, mode 0700. */
  readonly dataDir: string;
  /** Address that clients reach this server at, for example `http://127.0.0.1:7300`. Known once the door is open. */
  readonly endpoint: () => string;
  readonly clock: Clock;
  readonly database: Database;
  readonly accompany: Accompany;
  readonly transitions: Transitions;
  readonly tasks: TaskQueue;
  readonly outbox: Outbox;
  readonly changes: Changes;
  readonly blobs: BlobStore;
  readonly logs: LogStreams;
  readonly sandbox: Sandbox;
  readonly failpoints: Failpoints;
  readonly logger: Logger;
  /** Encrypts small secrets, bound to the account and an id. */
  readonly secrets: SecretBox;
}

export interface SecretBox {
  seal(account: string, id: string, plain: string): string;
  open(account: string, id: string, sealed: string): string;
}
