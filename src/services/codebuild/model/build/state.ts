import type { ReplyTo } from '../../../../kernel/transitions/reply.ts';

export type BuildStatus = 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED' | 'FAULT' | 'TIMED_OUT' | 'STOPPED';
export type EndStatus = Exclude<BuildStatus, 'IN_PROGRESS'>;

export type PhaseType =
  | 'SUBMITTED'
  | 'QUEUED'
  | 'PROVISIONING'
  | 'DOWNLOAD_SOURCE'
  | 'INSTALL'
  | 'PRE_BUILD'
  | 'BUILD'
  | 'POST_BUILD'
  | 'UPLOAD_ARTIFACTS'
  | 'FINALIZING'
  | 'COMPLETED';

export interface PhaseContext {
  readonly statusCode: string;
  readonly message: string;
}

/** Times are domain milliseconds. A phase without an end is the one under way. */
export interface PhaseRecord {
  readonly type: PhaseType;
  readonly start: number;
  readonly end?: number;
  readonly status?: EndStatus;
  readonly context?: PhaseContext;
  /** It failed and its `on-failure` is CONTINUE: the build does not fail for it. */
  readonly tolerated?: true;
}

/** What is settled when a build is started and events tell about it. */
export interface BuildFacts {
  readonly project: string;
  readonly uuid: string;
  readonly number: number;
  readonly initiator: string;
  readonly environment: {
    readonly image: string;
    readonly type: string;
    readonly computeType: string;
    readonly privilegedMode: boolean;
    readonly variables: readonly { readonly name: string; readonly value: string; readonly type: string }[];
  };
  readonly source: { readonly type: string; readonly location: string | undefined };
  readonly logs: { readonly group: string | undefined; readonly stream: string | undefined };
  readonly timeoutMs: number;
  readonly queuedTimeoutMs: number;
  /** How often a failed build is started again, and how often this one already was. */
  readonly retry: { readonly limit: number; readonly number: number };
}

export interface UploadedArtifact {
  /** Undefined for the primary one. */
  readonly identifier: string | undefined;
  /** ARN of the object or of the folder. */
  readonly location: string;
  readonly md5: string | undefined;
  readonly sha256: string | undefined;
}

/** What the buildspec says about failures of a phase. */
export interface PhaseRetry {
  readonly phase: PhaseType;
  readonly count: number;
  readonly pattern: string;
}

/**
 * A build, plain data. `stage` is the inner progress: `queued` waits for a slot; `preparing` fetches the source and
 * starts the sandbox; `running` follows it; `collecting` takes in reports and artifacts.
 */
export interface BuildState {
  readonly stage: 'queued' | 'preparing' | 'running' | 'collecting' | 'ended';
  readonly status: BuildStatus;
  readonly facts: BuildFacts;
  readonly startTime: number;
  readonly endTime?: number;
  readonly phases: readonly PhaseRecord[];
  /** Why a run is being cancelled. */
  readonly stopping?: 'stop' | 'timeout';
  /** How many reports of the run are taken in. */
  readonly reportsSeen: number;
  readonly resolvedSourceVersion?: string;
  readonly retries?: readonly PhaseRetry[];
  /** Phases whose failed commands do not fail the build. */
  readonly tolerates?: readonly PhaseType[];
  /** Whether there is anything to take in after the run. */
  readonly collects: boolean;
  readonly exported: Readonly<Record<string, string>>;
  /** Texts of the buildspec with variables in them, as the shell filled them in. */
  readonly expanded: Readonly<Record<string, string>>;
  readonly artifacts: readonly UploadedArtifact[];
  readonly reportArns: readonly string[];
  readonly replyTo?: ReplyTo;
}

export const BUILD_KIND = 'codebuild.build';

/** The id of a build: `<project>:<uuid>`. */
export function buildId(facts: Pick<BuildFacts, 'project' | 'uuid'>): string {
  return `${facts.project}:${facts.uuid}`;
}

export function openPhase(state: BuildState): PhaseRecord | undefined {
  return state.phases.findLast((phase) => phase.end === undefined && phase.type !== 'COMPLETED');
}

/** The first phase that did not go well, which is why the build did not. */
export function failedPhase(state: BuildState): PhaseRecord | undefined {
  return state.phases.find(
    (phase) => phase.status !== undefined && phase.status !== 'SUCCEEDED' && !phase.tolerated,
  );
}
