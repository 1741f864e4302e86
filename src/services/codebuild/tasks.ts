import { errorText } from '../../kernel/errors.ts';
import type { Scope } from '../../kernel/scope.ts';
import type { Task, TaskDefinition, TaskOutcome, TaskRun } from '../../kernel/tasks/port.ts';
import { type FoundBuild, findBuild } from './builds.ts';
import type { BuildInput } from './model/build/inputs.ts';
import { BUILD_KIND } from './model/build/state.ts';
import { type CodeBuildParts, runKey, workFolder } from './parts.ts';
import { grantSlots } from './slots.ts';
import { openBuildLog } from './work/build-log.ts';
import { cleanUp } from './work/cleanup.ts';
import { collectBuild } from './work/collect.ts';
import { BuildFailure } from './work/failure.ts';
import { orderStop } from './work/orders.ts';
import { CLEANUP_GRACE_MS, logStream, prepareBuild } from './work/prepare.ts';
import { retryFailed } from './work/retry.ts';

interface Payload {
  readonly buildId: string;
}
type BuildTask = Task<Payload>;

/** The durable work of builds. Each begins by looking whether its build still wants it. */
export function codeBuildTasks(parts: CodeBuildParts): readonly TaskDefinition[] {
  const { kernel } = parts;
  const define = (
    kind: string,
    run: (build: FoundBuild, task: BuildTask, run: TaskRun) => Promise<TaskOutcome | undefined | void>,
    more: Partial<TaskDefinition<Payload>> = {},
  ): TaskDefinition =>
    ({
      kind: `codebuild.${kind}`,
      ...more,
      async run(task: BuildTask, context: TaskRun) {
        const build = await findBuild(parts, task.scope, task.payload.buildId);
        return build && run(build, task, context);
      },
    }) as TaskDefinition;
  const tell = (task: BuildTask, input: BuildInput): TaskOutcome => ({
    deliver: [{ to: { kind: BUILD_KIND, id: task.payload.buildId }, input }],
  });

  return [
    define('prepare', (build, task, run) => prepare(parts, build, task, run), {
      concurrency: 64,
      exhausted: (task, error) =>
        tell(task as BuildTask, faultOf(error, 'DOWNLOAD_SOURCE', kernel.clock.now())),
    }),
    define('cancel', async (build) => {
      if (build.state.stage !== 'running') return;
      await orderStop(workFolder(kernel, build.row.id).orders);
      await kernel.sandbox.cancel(runKey(build.row.id), CLEANUP_GRACE_MS);
    }),
    define(
      'collect',
      async (build, task) => {
        if (build.state.stage !== 'collecting') return undefined;
        return tell(task, await collectBuild(parts, task.scope, build));
      },
      {
        exhausted: (task, error) =>
          tell(task as BuildTask, {
            kind: 'collected',
            artifacts: [],
            reportArns: [],
            failure: { statusCode: 'INTERNAL_ERROR', message: errorText(error) },
            fault: true,
          }),
      },
    ),
    define('cleanup', async (build, task, run) => {
      if (build.state.stage === 'ended') await cleanUp(parts, task.scope, build, run.signal);
    }),
    define('retry', (build, task) => retryFailed(parts, task.scope, build)),
    define('dispatch', async () => ({ write: (tx) => grantSlots(parts, tx) })),
  ];
}

async function prepare(
  parts: CodeBuildParts,
  build: FoundBuild,
  task: BuildTask,
  { signal }: TaskRun,
): Promise<TaskOutcome | undefined> {
  if (build.state.stage !== 'preparing') return undefined;
  const { scope } = task;
  const id = build.row.id;
  const to = { kind: BUILD_KIND, id };
  const provisionedAt = parts.kernel.clock.now();
  try {
    const { input, plan } = await prepareBuild(parts, scope, build, signal);
    return {
      deliver: [{ to, input }],
      write: async (tx) => {
        await tx.execute('update codebuild_builds set plan = ? where account = ? and region = ? and id = ?', [
          JSON.stringify(plan),
          scope.account,
          scope.region,
          id,
        ]);
        tx.afterCommit(() => parts.follow(scope, id));
      },
    };
  } catch (error) {
    if (!(error instanceof BuildFailure)) throw error;
    await sayWhy(parts, scope, build, error);
    const phase = error.context.statusCode === 'ACCESS_DENIED' ? 'PROVISIONING' : 'DOWNLOAD_SOURCE';
    const fault = error.context.statusCode === 'INTERNAL_ERROR';
    const input: BuildInput = { kind: 'prepare-failed', phase, provisionedAt, context: error.context, fault };
    return { deliver: [{ to, input }] };
  }
}

/** Nothing of the build has written into its log yet. */
async function sayWhy(
  parts: CodeBuildParts,
  scope: Scope,
  build: FoundBuild,
  failure: BuildFailure,
): Promise<void> {
  const log = await openBuildLog(parts.kernel, await logStream(parts, scope, build));
  try {
    await log.say('Phase is DOWNLOAD_SOURCE');
    for (const detail of failure.details) await log.say(detail);
    await log.say('Phase complete: DOWNLOAD_SOURCE State: FAILED');
    // The details stand above already.
    const [message] = failure.context.message.split('\n', 1);
    await log.say(`Phase context status code: ${failure.context.statusCode} Message: ${message}`);
  } finally {
    await log.close();
  }
}

function faultOf(error: unknown, phase: 'DOWNLOAD_SOURCE', at: number): BuildInput {
  return {
    kind: 'prepare-failed',
    phase,
    provisionedAt: at,
    context: { statusCode: 'INTERNAL_ERROR', message: errorText(error) },
    fault: true,
  };
}
