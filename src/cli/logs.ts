import type { Build } from '@aws-sdk/client-codebuild';
import { firstAnswer } from './client/changes.ts';
import { type Connection, findConnection } from './client/connection.ts';
import { followLog } from './client/live-log.ts';
import { actionsOf, pipelines } from './client/pipelines.ts';

interface Options {
  readonly data?: string;
  readonly follow?: boolean;
  readonly lines?: string;
}

/** Shows a build's log; with `--follow` its exit code is the build's. */
export async function logs(subject: string, options: Options): Promise<number> {
  const connection = findConnection(options);
  const limit = options.lines === undefined ? undefined : Number(options.lines);
  if (limit !== undefined && !(Number.isInteger(limit) && limit > 0)) {
    process.stderr.write('pipewright: --lines takes a whole number from 1 on\n');
    return 2;
  }
  const sdk = await import('@aws-sdk/client-codebuild');
  const builds = new sdk.CodeBuildClient(connection);
  const find = async (id: string): Promise<Build | undefined> =>
    (await builds.send(new sdk.BatchGetBuildsCommand({ ids: [id] }))).builds?.[0];
  const newestOf = async (projectName: string) => {
    const page = await builds
      .send(new sdk.ListBuildsForProjectCommand({ projectName, sortOrder: 'DESCENDING' }))
      .catch((error: unknown) => {
        if (error instanceof sdk.ResourceNotFoundException) return { ids: [] };
        throw error;
      });
    return page.ids?.[0];
  };
  const abort = new AbortController();
  process.once('SIGINT', () => abort.abort());
  const id = subject.includes(':')
    ? subject
    : ((await buildOfPipeline(connection, subject, options.follow ? abort.signal : undefined)) ??
      (await newestOf(subject)));
  const build = id === undefined ? undefined : await find(id);
  const { groupName: group, streamName: stream } = build?.logs ?? {};
  if (build?.id === undefined || !group || !stream) {
    process.stderr.write(`pipewright: no build and no log of ${subject} was found\n`);
    return 1;
  }
  if (!options.follow) {
    await printStored(connection, group, stream, limit);
    return 0;
  }
  try {
    for await (const records of followLog(connection, { group, stream, offset: 0 }, abort.signal)) {
      for (const { text } of records) process.stdout.write(`${text}\n`);
    }
  } catch (error) {
    if (abort.signal.aborted) return 130;
    throw error;
  }
  return (await find(build.id))?.buildStatus === 'SUCCEEDED' ? 0 : 1;
}

/**
 * The build that the newest CodeBuild action of a pipeline started; undefined when there is no such pipeline. With a
 * signal, a pipeline that runs and has not come to a build yet is waited for.
 */
async function buildOfPipeline(
  connection: Connection,
  name: string,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const api = await pipelines(connection);
  const look = async () => {
    const state = await api.state(name).catch((error: unknown) => {
      if (error instanceof api.sdk.PipelineNotFoundException) return undefined;
      throw error;
    });
    if (state === undefined) return { id: undefined };
    const ran = actionsOf(state)
      .map(({ action }) => action.latestExecution)
      .filter((latest) => latest?.externalExecutionId?.includes(':'))
      .toSorted((a, b) => (b?.lastStatusChange?.getTime() ?? 0) - (a?.lastStatusChange?.getTime() ?? 0));
    const id = ran[0]?.externalExecutionId;
    const mayCome = id === undefined && (await api.latest(name))?.status === 'InProgress';
    return signal && mayCome ? undefined : { id };
  };
  return (await (signal ? firstAnswer(connection, look, signal) : look()))?.id;
}

async function printStored(connection: Connection, group: string, stream: string, limit: number | undefined) {
  const sdk = await import('@aws-sdk/client-cloudwatch-logs');
  const client = new sdk.CloudWatchLogsClient(connection);
  const names = { logGroupName: group, logStreamName: stream };
  let nextToken: string | undefined;
  for (;;) {
    const page = await client.send(
      new sdk.GetLogEventsCommand({
        ...names,
        startFromHead: limit === undefined,
        ...(limit === undefined ? {} : { limit }),
        ...(nextToken === undefined ? {} : { nextToken }),
      }),
    );
    for (const { message } of page.events ?? []) process.stdout.write(`${message}\n`);
    if (limit !== undefined || page.nextForwardToken === nextToken) return;
    nextToken = page.nextForwardToken;
  }
}
