import type { GetPipelineStateCommandOutput } from '@aws-sdk/client-codepipeline';
import { type Connection, findConnection } from './client/connection.ts';
import { ownService } from './client/own-service.ts';
import { actionsOf, pipelines } from './client/pipelines.ts';
import { describeStarts, readStarts } from './starts.ts';
import { paint, paintStatus } from './terminal/paint.ts';
import { formatTable } from './terminal/table.ts';
import { ago } from './terminal/time.ts';

interface Options {
  readonly data?: string;
  readonly json?: boolean;
  readonly watch?: boolean;
}

export async function status(pipeline: string | undefined, options: Options): Promise<number> {
  const connection = findConnection(options);
  if (pipeline === undefined) return await overview(connection, options);
  if (options.watch) {
    const { watchPipeline } = await import('./watch.ts');
    return await watchPipeline(connection, pipeline);
  }
  const api = await pipelines(connection);
  const [state, latest, starts] = await Promise.all([
    api.state(pipeline),
    api.latest(pipeline),
    readStarts(connection, pipeline),
  ]);
  if (options.json) {
    const { $metadata: _, ...plain } = state;
    process.stdout.write(`${JSON.stringify({ ...plain, starts }, undefined, 2)}\n`);
  } else {
    process.stdout.write(`${describePipeline(state)}\n${describeStarts(starts)}\n`);
  }
  return latest?.status === 'Failed' ? 1 : 0;
}

async function overview(connection: Connection, options: Options): Promise<number> {
  const api = await pipelines(connection);
  const [server, found] = await Promise.all([ownService(connection).status(), api.list()]);
  const executions = await Promise.all(found.map(({ name = '' }) => api.latest(name)));
  const list = found.map(({ name = '', version, pipelineType }, n) => ({
    name,
    version,
    pipelineType,
    latestExecution: executions[n],
  }));
  if (options.json) {
    const plain = { endpoint: connection.endpoint, ...server, pipelines: list };
    process.stdout.write(`${JSON.stringify(plain, undefined, 2)}\n`);
    return 0;
  }
  process.stdout.write(
    `Pipewright ${server.version} at ${connection.endpoint}, up since ${ago(server.startedAt * 1000)}; ` +
      `${server.database}, builds in ${server.sandbox}\n`,
  );
  if (list.length === 0) {
    process.stdout.write(
      'No pipelines yet. pipewright demo shows one; aws codepipeline create-pipeline makes one.\n',
    );
    return 0;
  }
  const rows = list.map(({ name, latestExecution: latest }) => [
    name,
    latest?.status ? paintStatus(latest.status) : paint('dim', 'never run'),
    latest?.startTime ? ago(latest.startTime.getTime()) : '',
    latest?.sourceRevisions?.[0]?.revisionSummary?.split('\n')[0] ?? '',
  ]);
  process.stdout.write(`\n${formatTable(['PIPELINE', 'STATUS', 'STARTED', 'REVISION'], rows)}\n`);
  return 0;
}

/** A table of stages and actions, and in words why something failed. */
export function describePipeline(state: GetPipelineStateCommandOutput): string {
  const rows = actionsOf(state).map(({ stage, action }) => {
    const latest = action.latestExecution;
    return [
      stage.stageName ?? '',
      action.actionName ?? '',
      latest?.status ? paintStatus(latest.status) : paint('dim', '—'),
      latest?.lastStatusChange ? ago(latest.lastStatusChange.getTime()) : '',
      (latest?.errorDetails?.message ?? latest?.summary ?? '').split('\n', 1)[0] as string,
    ];
  });
  const closed = (state.stageStates ?? [])
    .filter((stage) => stage.inboundTransitionState?.enabled === false)
    .map(
      (stage) =>
        `Transition into ${stage.stageName} is disabled: ${stage.inboundTransitionState?.disabledReason ?? ''}`,
    );
  return [
    formatTable(['STAGE', 'ACTION', 'STATUS', 'CHANGED', ''], rows),
    ...reasonsOf(state),
    ...closed,
  ].join('\n');
}

/** What takes more than a line to say: which host failed, in which script, and its last words. */
function reasonsOf(state: GetPipelineStateCommandOutput): string[] {
  return actionsOf(state).flatMap(({ action }) => {
    const latest = action.latestExecution;
    const lines = latest?.errorDetails?.message?.split('\n') ?? [];
    if (latest?.status !== 'Failed' || lines.length < 2) return [];
    return [`\n${action.actionName}:`, ...lines.map((line) => `  ${line}`)];
  });
}
