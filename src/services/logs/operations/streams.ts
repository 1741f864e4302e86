import type {
  CreateLogStreamCommandInput,
  DeleteLogStreamCommandInput,
  DescribeLogStreamsCommandInput,
  DescribeLogStreamsCommandOutput,
  LogStream,
} from '@aws-sdk/client-cloudwatch-logs';
import { ApiError } from '../../../kernel/errors.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { decodePlaceToken, encodePlaceToken } from '../../../pure/page-token.ts';
import { operation, type ServiceOperations } from '../../../wire/operation.ts';
import { groupArn, groupNameOf, type LogsParts } from '../parts.ts';
import { insertStream, invalid, needGroup, needStream } from '../rows.ts';
import type { StreamRow } from '../tables.ts';
import { removeStreams } from '../tasks.ts';

const PAGE = 50;

const onStream = (input: { logGroupName?: string; logStreamName?: string }, { scope }: { scope: Scope }) => [
  `${groupArn(scope, input.logGroupName as string)}:log-stream:${input.logStreamName}`,
];

export function streamOperations(parts: LogsParts): ServiceOperations {
  const { database } = parts.kernel;
  return {
    CreateLogStream: operation<CreateLogStreamCommandInput, object>({
      mutates: true,
      resources: onStream,
      async handler(input, { scope, now }) {
        const group = input.logGroupName as string;
        await database.transaction(async (tx) => {
          await needGroup(tx, scope, group);
          if (await insertStream(tx, scope, group, input.logStreamName as string, now)) return;
          throw new ApiError('ResourceAlreadyExistsException', 'The specified log stream already exists');
        });
        return {};
      },
    }),
    DeleteLogStream: operation<DeleteLogStreamCommandInput, object>({
      mutates: true,
      resources: onStream,
      async handler(input, { scope }) {
        const [group, name] = [input.logGroupName as string, input.logStreamName as string];
        await database.transaction(async (tx) => {
          await needStream(tx, scope, group, name);
          await removeStreams(parts, tx, scope, group, name);
        });
        return {};
      },
    }),
    DescribeLogStreams: operation<
      DescribeLogStreamsCommandInput,
      Omit<DescribeLogStreamsCommandOutput, '$metadata'>
    >({
      mutates: false,
      resources: (input, { scope }) => [`${groupArn(scope, groupNameOf(input))}:log-stream:*`],
      handler: (input, { scope }) => describeStreams(parts, scope, input),
    }),
  };
}

async function describeStreams(
  parts: LogsParts,
  scope: Scope,
  input: DescribeLogStreamsCommandInput,
): Promise<Omit<DescribeLogStreamsCommandOutput, '$metadata'>> {
  const group = groupNameOf(input);
  await needGroup(parts.kernel.database.read, scope, group);
  const byTime = input.orderBy === 'LastEventTime';
  if (byTime && input.logStreamNamePrefix !== undefined) {
    throw invalid('Cannot order by LastEventTime with a logStreamNamePrefix.');
  }
  const list = `streams/${group}/${byTime ? 'time' : 'name'}`;
  const after =
    input.nextToken === undefined ? undefined : decodePlaceToken(list, input.nextToken, ['number', 'string']);
  if (input.nextToken !== undefined && !after) throw invalid('The specified nextToken is invalid.');
  const page = {
    limit: input.limit ?? PAGE,
    descending: input.descending ?? false,
    after: after && { time: after[0] as number, name: after[1] as string },
  };
  const streams = byTime
    ? await pageByTime(parts, scope, group, page)
    : await pageByName(parts, scope, group, input.logStreamNamePrefix ?? '', page);
  const shown = streams.slice(0, page.limit);
  const last = shown.at(-1);
  return {
    logStreams: shown.map((stream) => ({
      ...stream,
      arn: `${groupArn(scope, group)}:log-stream:${stream.logStreamName}`,
      storedBytes: 0,
    })),
    nextToken:
      streams.length > page.limit && last
        ? encodePlaceToken(list, [last.lastEventTimestamp ?? 0, last.logStreamName as string])
        : undefined,
  };
}

interface Page {
  readonly limit: number;
  readonly descending: boolean;
  readonly after: { readonly time: number; readonly name: string } | undefined;
}

async function pageByName(parts: LogsParts, scope: Scope, group: string, prefix: string, page: Page) {
  const [order, side] = page.descending ? ['desc', '<'] : ['', '>'];
  const rows = await parts.kernel.database.read.query<StreamRow & Record<string, never>>(
    `select group_name, name, id, created_at from log_streams
     where account = ? and region = ? and group_name = ? and substr(name, 1, ?) = ?
     ${page.after ? `and name ${side} ?` : ''} order by name ${order} limit ?`,
    [
      scope.account,
      scope.region,
      group,
      prefix.length,
      prefix,
      ...(page.after ? [page.after.name] : []),
      page.limit + 1,
    ],
  );
  return Promise.all(rows.map((row) => streamOf(parts, row)));
}

/** The last event's time is in the streams themselves, so all of the group are looked at. */
const placeOf = (stream: LogStream) => ({
  time: stream.lastEventTimestamp ?? 0,
  name: stream.logStreamName as string,
});

async function pageByTime(parts: LogsParts, scope: Scope, group: string, page: Page): Promise<LogStream[]> {
  const rows = await parts.kernel.database.read.query<StreamRow & Record<string, never>>(
    'select group_name, name, id, created_at from log_streams where account = ? and region = ? and group_name = ?',
    [scope.account, scope.region, group],
  );
  const streams = await Promise.all(rows.map((row) => streamOf(parts, row)));
  const sign = page.descending ? -1 : 1;
  const compare = (a: { time: number; name: string }, b: { time: number; name: string }) =>
    sign * (a.time - b.time || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return streams
    .filter((stream) => page.after === undefined || compare(placeOf(stream), page.after) > 0)
    .toSorted((a, b) => compare(placeOf(a), placeOf(b)))
    .slice(0, page.limit + 1);
}

async function streamOf(parts: LogsParts, row: StreamRow): Promise<LogStream> {
  const [first] = await parts.kernel.logs.read(row.id, 0, 1);
  const [last] = first ? await parts.kernel.logs.last(row.id, 1) : [];
  return {
    logStreamName: row.name,
    creationTime: row.created_at,
    firstEventTimestamp: first?.at,
    lastEventTimestamp: last?.at,
    lastIngestionTime: last?.at,
    uploadSequenceToken: String(last?.next ?? 0).padStart(56, '0'),
  };
}
