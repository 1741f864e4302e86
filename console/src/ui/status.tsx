import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';

type Look = readonly [type: StatusIndicatorProps.Type, words: string];

/** Every status of pipelines, builds, deployments, lifecycle events and test cases, spelt without case and marks. */
const LOOKS: Readonly<Record<string, Look>> = {
  inprogress: ['in-progress', 'In progress'],
  stopping: ['in-progress', 'Stopping'],
  queued: ['pending', 'Queued'],
  pending: ['pending', 'Pending'],
  created: ['pending', 'Created'],
  ready: ['pending', 'Ready, waiting'],
  baking: ['in-progress', 'Baking'],
  succeeded: ['success', 'Succeeded'],
  failed: ['error', 'Failed'],
  fault: ['error', 'Fault of the platform'],
  error: ['error', 'Error'],
  errored: ['error', 'Errored'],
  timedout: ['error', 'Timed out'],
  clienterror: ['error', 'Client error'],
  stopped: ['stopped', 'Stopped'],
  abandoned: ['stopped', 'Abandoned'],
  superseded: ['stopped', 'Superseded'],
  cancelled: ['stopped', 'Cancelled'],
  skipped: ['stopped', 'Skipped'],
  overridden: ['warning', 'Overridden'],
  unknown: ['info', 'Unknown'],
  generating: ['in-progress', 'Being generated'],
  incomplete: ['warning', 'Incomplete'],
  deleting: ['in-progress', 'Deleting'],
};

export function statusLook(status: string | undefined): Look {
  if (status === undefined) return ['stopped', 'Not run yet'];
  return LOOKS[status.toLowerCase().replace(/[^a-z]/g, '')] ?? ['info', status];
}

/** True while something still goes on. */
export function isRunning(status: string | undefined): boolean {
  const [type] = statusLook(status);
  return type === 'in-progress' || type === 'pending';
}

interface StatusProps {
  readonly of: string | undefined;
  /** Says it in other words, for example what is waited for. */
  readonly words?: string;
  readonly type?: StatusIndicatorProps.Type;
}

export function Status({ of, words, type }: StatusProps) {
  const [lookType, lookWords] = statusLook(of);
  return <StatusIndicator type={type ?? lookType}>{words ?? lookWords}</StatusIndicator>;
}
