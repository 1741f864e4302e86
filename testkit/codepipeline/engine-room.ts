import type {
  GetPipelineExecutionOutput,
  GetPipelineStateOutput,
  ListActionExecutionsOutput,
  ListPipelineExecutionsOutput,
  StartPipelineExecutionOutput,
} from '@aws-sdk/client-codepipeline';
import type { Tx } from '../../src/kernel/database/port.ts';
import type { OutboxEvent } from '../../src/kernel/outbox/port.ts';
import type { Room } from '../../src/kernel/room.ts';
import type { ReplyInput } from '../../src/kernel/transitions/reply.ts';
import {
  ActionFailure,
  type ActionProvider,
  type CodePipelineDeps,
  type CodePipelineRoom,
  createCodePipelineRoom,
  type Job,
  type Started,
} from '../../src/services/codepipeline/index.ts';
import type { TargetInvocation } from '../../src/services/events/index.ts';
import { callOperation, TEST_ACCOUNT, TEST_SCOPE } from '../support/test-context.ts';
import { startTestKernel, type TestKernel } from '../support/test-kernel.ts';
import type { TestPlaces } from './test-place.ts';

export const TEST_ROLE = `arn:aws:iam::${TEST_ACCOUNT}:role/pipeline`;
const MINUTE = 60_000;

export interface EngineRoom {
  readonly room: CodePipelineRoom;
  /** Everything that left the outbox, in order. */
  readonly events: OutboxEvent[];
  /** Jobs that providers were given and that wait for an answer, by `stage/action`. */
  readonly jobs: Job[];
  readonly stopped: string[];
  /** Each time that a provider was away. */
  readonly crashes: Job[];
  call<T = Record<string, never>>(operation: string, input: unknown): Promise<T>;
  /** Resolves when the condition holds; looks again at every change, never by time. */
  until<T>(condition: () => Promise<T | undefined | false>): Promise<T>;
  /** The job of an action once it was started. */
  job(action: string, executionId?: string): Promise<Job>;
  reply(job: Job, outcome: ReplyInput['outcome'], more?: Partial<ReplyInput>): Promise<void>;
  /** The provider takes the next job of this action (`begun`), but does not answer before it is released. */
  holdNextStart(action: string): { readonly begun: Promise<Job>; release(): void };
  /** Puts an event on the bus, as another room would. */
  publish(event: Pick<OutboxEvent, 'source' | 'detailType' | 'detail'>): Promise<void>;
  invokeTarget(invocation: TargetInvocation): Promise<void>;
}

/**
 * The real room on a real kernel, with actions that a test answers: `Source/CodeCommit` finishes by itself,
 * `Build/CodeBuild` and `Deploy/CodeDeploy` wait for {@link EngineRoom.reply}, unless their configuration says
 * `ProjectName: refuse` (the provider refuses) or `crash` (it throws).
 */
export async function openEngineRoom(
  kernel: TestKernel,
  options: {
    /** Installed beside it. */
    readonly rooms?: readonly Room[];
    /** Where `Deploy/CodeDeploy` works one at a time, by the configuration `Place`. */
    readonly places?: TestPlaces;
    /** In the transaction that takes the event from the outbox. */
    readonly onEvent?: (tx: Tx, event: OutboxEvent) => Promise<void>;
  } = {},
): Promise<EngineRoom> {
  const events: OutboxEvent[] = [];
  const jobs: Job[] = [];
  const stopped: string[] = [];
  const crashes: Job[] = [];
  const listeners: ((tx: Tx, event: OutboxEvent) => Promise<void>)[] = [];
  let target: ((invocation: TargetInvocation) => Promise<void>) | undefined;
  const deps = {
    events: {
      onEvent: (receive: (tx: Tx, event: OutboxEvent) => Promise<void>) => void listeners.push(receive),
      addTarget: (_service: string, invoke: (invocation: TargetInvocation) => Promise<void>) => {
        target = invoke;
      },
    },
    iam: { roleExists: async (_tx: Tx, arn: string) => arn.endsWith(':role/pipeline') },
  } as unknown as CodePipelineDeps;
  const waiters = new Set<() => void>();
  const wake = () => {
    for (const waiter of waiters) waiter();
  };
  const holds: Holds = new Map();
  const room = createCodePipelineRoom(kernel, deps, {
    providers: scriptedProviders(jobs, stopped, crashes, wake, holds, options.places),
  });
  kernel.outbox.subscribe(async (tx, event) => {
    for (const listener of listeners) await listener(tx, event);
    await options.onEvent?.(tx, event);
    tx.afterCommit(() => {
      events.push(event);
      wake();
    });
  });
  kernel.changes.subscribe(wake);
  const places = options.places ? [options.places.room] : [];
  await startTestKernel(kernel, [room, ...places, ...(options.rooms ?? [])]);

  const until: EngineRoom['until'] = async (condition) => {
    for (;;) {
      let changed = false;
      let notify = () => {
        changed = true;
      };
      const waiter = () => notify();
      waiters.add(waiter);
      try {
        const found = await condition();
        if (found !== undefined && found !== false) return found;
        if (!changed) {
          await new Promise<void>((resolve) => {
            notify = resolve;
            if (changed) resolve();
          });
        }
      } finally {
        waiters.delete(waiter);
      }
    }
  };
  return {
    room,
    events,
    jobs,
    stopped,
    crashes,
    until,
    call: (operation, input) =>
      callOperation(kernel, room, 'codepipeline', operation, input) as Promise<never>,
    job: (action, executionId) =>
      until(async () =>
        jobs.findLast(
          (job) => job.action === action && (executionId === undefined || job.executionId === executionId),
        ),
      ),
    async reply(job, outcome, more = {}) {
      const input: ReplyInput = {
        kind: 'reply',
        token: job.replyTo.token,
        outcome,
        externalId: `external-${job.key}`,
        summary: `it ${outcome}`,
        ...more,
      };
      await kernel.transitions.run(TEST_SCOPE, job.replyTo.to, input);
    },
    holdNextStart(action) {
      const begun = Promise.withResolvers<Job>();
      const released = Promise.withResolvers<void>();
      holds.set(action, { begin: begun.resolve, released: released.promise });
      return { begun: begun.promise, release: released.resolve };
    },
    publish: (event) =>
      kernel.database.transaction((tx) =>
        kernel.outbox.publish(tx, TEST_SCOPE, { kind: 'test', id: 'test' }, { ...event, resources: [] }),
      ),
    invokeTarget: async (invocation) => target?.(invocation),
  };
}

type Holds = Map<string, { begin(job: Job): void; readonly released: Promise<void> }>;

function scriptedProviders(
  jobs: Job[],
  stopped: string[],
  crashes: Job[],
  wake: () => void,
  holds: Holds,
  places: TestPlaces | undefined,
): ActionProvider[] {
  const take = (job: Job) => {
    if (!jobs.some((other) => other.key === job.key)) jobs.push(job);
    wake();
  };
  const work = async (job: Job): Promise<Started> => {
    const name = job.configuration['ProjectName'];
    if (name === 'refuse') throw new RefusedByProvider('no such project: refuse');
    if (name === 'crash') {
      crashes.push(job);
      wake();
      throw new Error('the provider is away');
    }
    take(job);
    const hold = holds.get(job.action);
    if (hold) {
      holds.delete(job.action);
      hold.begin(job);
      await hold.released;
    }
    return { kind: 'started', externalId: `external-${job.key}` };
  };
  const spec = (category: string, provider: string, inputs: number, outputs: number) => ({
    id: { category, owner: 'AWS', provider, version: '1' },
    inputs: { min: 0, max: inputs },
    outputs: { min: 0, max: outputs },
    timeoutMs: 60 * MINUTE,
  });
  return [
    {
      spec: {
        ...spec('Source', 'CodeCommit', 0, 1),
        configuration: [free('RepositoryName'), free('BranchName'), free('PollForSourceChanges')],
      },
      start: async (job) => {
        const commit = job.wanted?.value ?? 'newest';
        take(job);
        return {
          kind: 'finished',
          summary: `commit ${commit}`,
          externalId: commit,
          revision: { id: commit, summary: `commit ${commit}` },
          variables: { CommitId: commit },
        };
      },
      stop: async () => {},
    },
    {
      spec: {
        ...spec('Build', 'CodeBuild', 5, 5),
        configuration: [free('ProjectName'), free('EnvironmentVariables')],
      },
      start: work,
      stop: async ({ externalId }) => {
        stopped.push(externalId);
        wake();
      },
    },
    {
      spec: {
        ...spec('Deploy', 'CodeDeploy', 1, 0),
        configuration: [free('ProjectName'), free('Place')],
      },
      ...(places ? { place: places.shared } : {}),
      start: async (job) => {
        await places?.begin(job);
        return await work(job);
      },
      stop: async () => {},
    },
    {
      spec: {
        ...spec('Approval', 'Manual', 0, 0),
        timeoutMs: 7 * 24 * 60 * MINUTE,
        configuration: [free('CustomData'), free('ExternalEntityLink')],
      },
      start: async (job) => ({ kind: 'approval', externalId: job.key }),
      stop: async () => {},
    },
  ];
}

function free(name: string) {
  return { name, description: name };
}

class RefusedByProvider extends ActionFailure {
  constructor(message: string) {
    super('ConfigurationError', message);
  }
}

interface PipelineShape {
  readonly name?: string;
  readonly executionMode?: 'SUPERSEDED' | 'QUEUED' | 'PARALLEL';
  readonly stages?: readonly unknown[];
  readonly variables?: readonly unknown[];
}

/** Source, Build and Deploy, or other stages after Source. */
export function pipelineOf(shape: PipelineShape = {}) {
  return {
    name: shape.name ?? 'web',
    roleArn: TEST_ROLE,
    pipelineType: 'V2',
    artifactStore: { type: 'S3', location: 'artifacts' },
    ...(shape.executionMode ? { executionMode: shape.executionMode } : {}),
    ...(shape.variables ? { variables: shape.variables } : {}),
    stages: [
      { name: 'Source', actions: [sourceAction()] },
      ...(shape.stages ?? [
        { name: 'Build', actions: [buildAction('Compile')] },
        { name: 'Deploy', actions: [buildAction('Ship')] },
      ]),
    ],
  };
}

export function sourceAction(more: Record<string, unknown> = {}) {
  return {
    name: 'Checkout',
    actionTypeId: { category: 'Source', owner: 'AWS', provider: 'CodeCommit', version: '1' },
    configuration: { RepositoryName: 'app', BranchName: 'main', PollForSourceChanges: 'true' },
    outputArtifacts: [{ name: 'Code' }],
    namespace: 'Src',
    ...more,
  };
}

export function buildAction(name: string, more: Record<string, unknown> = {}) {
  return {
    name,
    actionTypeId: { category: 'Build', owner: 'AWS', provider: 'CodeBuild', version: '1' },
    configuration: { ProjectName: name },
    inputArtifacts: [{ name: 'Code' }],
    ...more,
  };
}

/** Waits for its turn when somebody else has the place. */
export function deployAction(name: string, place?: string) {
  return {
    ...buildAction(name),
    actionTypeId: { category: 'Deploy', owner: 'AWS', provider: 'CodeDeploy', version: '1' },
    configuration: { ProjectName: name, ...(place === undefined ? {} : { Place: place }) },
  };
}

export function approvalAction(name: string, more: Record<string, unknown> = {}) {
  return {
    name,
    actionTypeId: { category: 'Approval', owner: 'AWS', provider: 'Manual', version: '1' },
    ...more,
  };
}

/** The questions that tests ask of one pipeline, `web`. */
export function pipelineViewer(engine: EngineRoom) {
  const execution = async (pipelineExecutionId: string) => {
    const input = { pipelineName: 'web', pipelineExecutionId };
    const answer = await engine.call<GetPipelineExecutionOutput>('GetPipelineExecution', input);
    return answer.pipelineExecution as NonNullable<typeof answer.pipelineExecution>;
  };
  const executions = async () => {
    const input = { pipelineName: 'web' };
    const answer = await engine.call<ListPipelineExecutionsOutput>('ListPipelineExecutions', input);
    return answer.pipelineExecutionSummaries ?? [];
  };
  const state = () => engine.call<GetPipelineStateOutput>('GetPipelineState', { name: 'web' });
  const stage = async (name: string) => (await state()).stageStates?.find((each) => each.stageName === name);
  return {
    execution,
    executions,
    state,
    stage,
    create: (pipeline: ReturnType<typeof pipelineOf>) => engine.call('CreatePipeline', { pipeline }),
    async start(more: Record<string, unknown> = {}) {
      const input = { name: 'web', ...more };
      const answer = await engine.call<StartPipelineExecutionOutput>('StartPipelineExecution', input);
      return answer.pipelineExecutionId as string;
    },
    /** The execution, once it has this status. */
    ended: (id: string, status: string) =>
      engine.until(async () => {
        const found = await execution(id);
        return found.status === status && found;
      }),
    /** The execution that was started first. */
    first: async () => (await executions()).at(-1)?.pipelineExecutionId as string,
    async actions(pipelineExecutionId: string) {
      const input = { pipelineName: 'web', filter: { pipelineExecutionId } };
      const answer = await engine.call<ListActionExecutionsOutput>('ListActionExecutions', input);
      return answer.actionExecutionDetails ?? [];
    },
    /** The token of the approval that the first action of the stage `Gate` waits for. */
    approvalToken: () =>
      engine.until(async () => (await stage('Gate'))?.actionStates?.[0]?.latestExecution?.token),
    eventsOf: (detailType: string) =>
      engine.events
        .filter((event) => event.detailType === detailType)
        .map((event) => event.detail as Record<string, unknown>),
  };
}
