import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/telemetry/logger.ts';
import type { AgentTransport, HttpTransportOptions } from './transport.ts';

export interface AgentOptions extends HttpTransportOptions {
  /** Name of the host; one agent at a time speaks for it. */
  readonly name: string;
  readonly tags: readonly { readonly Key: string; readonly Value: string }[];
  /** Absolute destinations are placed below this folder, so that many hosts fit one machine. */
  readonly root?: string;
  /** The agent's own folder: journals, revisions, logs. Made when missing. */
  readonly stateDir: string;
  /** Ends the agent. A script that runs then is stopped and its event fails. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /** Further variables for hooks. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Hook timeouts are in domain time. Default: the system's clock, in test mode the server's. */
  readonly clock?: Clock;
  /** In place of HTTP. */
  readonly transport?: AgentTransport;
}
