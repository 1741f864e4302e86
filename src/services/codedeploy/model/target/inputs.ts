import type { HostReport } from '../../../../pure/agent-protocol.ts';
import type { GroupRef } from '../deployment/state.ts';
import type { Revision } from '../revision.ts';

export type TargetInput =
  | {
      readonly kind: 'create';
      readonly deploymentId: string;
      readonly host: string;
      readonly group: GroupRef;
      readonly revision: Revision;
    }
  /** The deployment reached this host: its command waits for the agent now. */
  | { readonly kind: 'start' }
  /** The deployment ended without this host; `unusable` when that was because of its revision. */
  | { readonly kind: 'skip'; readonly unusable?: string }
  | { readonly kind: 'stop'; readonly reason: string }
  /** The agent takes the command, or takes it again in a new session. */
  | { readonly kind: 'claim'; readonly epoch: number }
  | { readonly kind: 'report'; readonly epoch: number; readonly reports: readonly StoredReport[] }
  /** The agent was not heard of for too long. */
  | { readonly kind: 'agent-lost'; readonly message: string };

/** A report with its time in milliseconds. */
export interface StoredReport extends Omit<HostReport, 'at'> {
  readonly at: number;
}
