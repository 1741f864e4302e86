import type { Clock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/telemetry/logger.ts';
import type { HostCommand, HostDiagnostics } from '../../pure/agent-protocol.ts';
import type { DeploymentFolders } from '../state/folders.ts';
import type { GroupStore } from '../state/group-state.ts';
import type { Journal } from '../state/journal.ts';
import type { AgentTransport } from '../transport.ts';

/** What the work on one command stands on. */
export interface CommandContext {
  readonly command: HostCommand;
  readonly hostName: string;
  readonly root: string | undefined;
  readonly stateDir: string;
  readonly folders: DeploymentFolders;
  readonly group: GroupStore;
  readonly journal: Journal;
  readonly transport: AgentTransport;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly environment: Readonly<Record<string, string>>;
  /** Aborts with an `Error` that says why. */
  readonly signal: AbortSignal;
}

export type EventEnd =
  | { readonly status: 'Succeeded' | 'Skipped' }
  | { readonly status: 'Failed'; readonly diagnostics: HostDiagnostics };

export function failed(
  message: string,
  errorCode: HostDiagnostics['errorCode'] = 'UnknownError',
): Extract<EventEnd, { status: 'Failed' }> {
  return { status: 'Failed', diagnostics: { errorCode, message } };
}
