import type { HostDiagnostics } from '../../../../pure/agent-protocol.ts';
import { IN_PLACE_EVENTS } from '../../../../pure/appspec/index.ts';
import type { GroupRef } from '../deployment/state.ts';
import type { HostStatus } from '../health.ts';
import type { Revision } from '../revision.ts';

export type EventStatus = 'Pending' | 'InProgress' | 'Succeeded' | 'Failed' | 'Skipped';

export interface LifecycleEvent {
  readonly name: string;
  readonly status: EventStatus;
  readonly startTime: number | undefined;
  readonly endTime: number | undefined;
  readonly diagnostics: HostDiagnostics | undefined;
}

/** One host in one deployment. */
export interface Target {
  readonly deploymentId: string;
  readonly host: string;
  readonly group: GroupRef;
  readonly revision: Revision;
  readonly status: HostStatus;
  /** `none` until the deployment reaches the host, `waiting` for its agent, `handed` to it, `over`. */
  readonly command: 'none' | 'waiting' | 'handed' | 'over';
  /** Session that the command was handed to; 0 before. */
  readonly epoch: number;
  /** Reports applied. */
  readonly lastSequence: number;
  /** Set once the agent is to stop. */
  readonly stopReason: string | undefined;
  /** Failed because its agent was not heard of any more. */
  readonly lost: boolean;
  readonly events: readonly LifecycleEvent[];
  readonly lastUpdatedAt: number;
}

export const PENDING_EVENTS: readonly LifecycleEvent[] = IN_PLACE_EVENTS.map((name) => ({
  name,
  status: 'Pending',
  startTime: undefined,
  endTime: undefined,
  diagnostics: undefined,
}));
