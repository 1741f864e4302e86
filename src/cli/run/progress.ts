import { randomUUID } from 'node:crypto';
import type { Clock } from '../../kernel/clock.ts';
import type { RunEnd } from '../../kernel/sandbox/port.ts';
import {
  type BuildInput,
  type BuildPlan,
  type BuildState,
  decideBuild,
  type PhaseContext,
  type ScriptReport,
} from '../../services/codebuild/local.ts';
import { paintStatus } from '../terminal/paint.ts';
import { formatTable } from '../terminal/table.ts';

export interface PhaseSummary {
  readonly phase: string;
  readonly status: string;
  readonly seconds: number;
  readonly message: string;
}

/** A build's state machine, kept in memory: what a local run makes of its reports is what the platform would. */
export class LocalProgress {
  readonly key = randomUUID();
  readonly #clock: Clock;
  readonly #project: string;
  #state: BuildState | undefined;

  constructor(project: string, clock: Clock, plan: BuildPlan) {
    this.#clock = clock;
    this.#project = project;
    this.#take({
      kind: 'submit',
      begin: true,
      facts: {
        project,
        uuid: this.key,
        number: 1,
        initiator: 'local',
        environment: {
          image: 'local',
          type: 'LINUX_CONTAINER',
          computeType: 'local',
          privilegedMode: false,
          variables: [],
        },
        source: { type: 'NO_SOURCE', location: undefined },
        logs: { group: undefined, stream: undefined },
        timeoutMs: Number.MAX_SAFE_INTEGER / 2,
        queuedTimeoutMs: 0,
        retry: { limit: 0, number: 0 },
      },
    });
    const now = clock.now();
    this.#take({
      kind: 'prepared',
      provisionedAt: now,
      downloadedAt: now,
      resolvedSourceVersion: undefined,
      collects: plan.reports.length > 0 || plan.artifacts !== undefined,
      retries: [],
      tolerates: plan.tolerates,
    });
  }

  get status(): string {
    return (this.#state as BuildState).status;
  }

  /** True once the run has ended with something to take in. */
  get collects(): boolean {
    return (this.#state as BuildState).stage === 'collecting';
  }

  get expanded(): Readonly<Record<string, string>> {
    return (this.#state as BuildState).expanded;
  }

  report(report: ScriptReport): void {
    this.#take({ kind: 'reports', from: (this.#state as BuildState).reportsSeen, reports: [report] });
  }

  stopped(): void {
    this.#take({ kind: 'stop' });
  }

  ended(end: RunEnd): void {
    this.#take({ kind: 'run-ended', end });
  }

  collected(failure?: PhaseContext): void {
    this.#take({ kind: 'collected', artifacts: [], reportArns: [], ...(failure ? { failure } : {}) });
  }

  get exported(): Readonly<Record<string, string>> {
    return (this.#state as BuildState).exported;
  }

  /** Those that this run had, in their order. */
  get phases(): readonly PhaseSummary[] {
    return (this.#state as BuildState).phases
      .filter((phase) => phase.status !== undefined && !HIDDEN.includes(phase.type))
      .map(({ type, status, start, end, context, tolerated }) => ({
        phase: type,
        status: status as string,
        seconds: ((end as number) - start) / 1000,
        message: `${context?.message ?? ''}${tolerated ? ' (on-failure: CONTINUE)' : ''}`,
      }));
  }

  /** The phases as a table, and why the build failed. */
  summary(): readonly string[] {
    const rows = this.phases.map(({ phase, status, seconds, message }) => [
      phase,
      paintStatus(status),
      `${seconds.toFixed(1)} s`,
      message,
    ]);
    return ['', formatTable(['PHASE', 'STATUS', 'TIME', ''], rows), '', `Build ${paintStatus(this.status)}`];
  }

  #take(input: BuildInput): void {
    const context = {
      scope: { account: '000000000000', region: 'local' },
      ref: { kind: 'codebuild.build', id: `${this.#project}:${this.key}` },
      now: this.#clock.now(),
      newId: randomUUID,
    };
    this.#state = decideBuild(this.#state, input, context).state;
  }
}

const HIDDEN: readonly string[] = [
  'SUBMITTED',
  'QUEUED',
  'PROVISIONING',
  'DOWNLOAD_SOURCE',
  'FINALIZING',
  'COMPLETED',
];
