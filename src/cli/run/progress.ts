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

  /** The phases as a table, and why the build failed. */
  summary(): readonly string[] {
    const { phases, status } = this.#state as BuildState;
    const shown = phases.filter((phase) => phase.status !== undefined && !HIDDEN.includes(phase.type));
    const rows = shown.map((phase) => [
      phase.type,
      paintStatus(phase.status as string),
      `${(((phase.end as number) - phase.start) / 1000).toFixed(1)} s`,
      phase.context?.message ?? '',
    ]);
    return ['', formatTable(['PHASE', 'STATUS', 'TIME', ''], rows), '', `Build ${paintStatus(status)}`];
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
