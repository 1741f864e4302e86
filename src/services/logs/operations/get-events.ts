import type { GetLogEventsCommandInput, GetLogEventsCommandOutput } from '@aws-sdk/client-cloudwatch-logs';
import type { LogRecord } from '../../../kernel/log-streams/port.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { operation, type ServiceOperations } from '../../../wire/operation.ts';
import { readStreamToken, streamToken } from '../model/tokens.ts';
import { groupArn, groupNameOf, type LogsParts } from '../parts.ts';
import { invalid, needGroup, needStream } from '../rows.ts';
import { visibleFrom } from '../visible.ts';

const MAX_EVENTS = 10_000;
const MAX_BYTES = 1_048_576;

export function getEventsOperations(parts: LogsParts): ServiceOperations {
  return {
    GetLogEvents: operation<GetLogEventsCommandInput, Omit<GetLogEventsCommandOutput, '$metadata'>>({
      mutates: false,
      resources: (input, { scope }) => [
        `${groupArn(scope, groupNameOf(input))}:log-stream:${input.logStreamName}`,
      ],
      handler: (input, { scope, now }) => getEvents(parts, scope, input, now),
    }),
  };
}

/**
 * A page of one stream. Without a token the newest events, or with `startFromHead` the oldest. At either end the token
 * that was given comes back, which is how clients know.
 */
async function getEvents(
  parts: LogsParts,
  scope: Scope,
  input: GetLogEventsCommandInput,
  now: number,
): Promise<Omit<GetLogEventsCommandOutput, '$metadata'>> {
  const { database } = parts.kernel;
  const group = await needGroup(database.read, scope, groupNameOf(input));
  const stream = await needStream(database.read, scope, group.name, input.logStreamName as string);
  const token = input.nextToken === undefined ? undefined : readStreamToken(input.nextToken);
  if (input.nextToken !== undefined && !token) throw invalid('The specified nextToken is invalid.');
  const range = {
    limit: input.limit ?? MAX_EVENTS,
    from: visibleFrom(group, input.startTime ?? 0, now),
    to: input.endTime ?? Number.POSITIVE_INFINITY,
  };
  const forwards = token ? token.direction === 'f' : input.startFromHead === true;
  const records = forwards
    ? await oldest(parts, stream.id, token?.offset ?? 0, range)
    : await newest(parts, stream.id, token?.offset ?? Number.POSITIVE_INFINITY, range);
  const at = token?.offset ?? (await endOf(parts, stream.id, forwards));
  return {
    events: records.map((record) => ({
      timestamp: record.at,
      message: record.text,
      ingestionTime: record.at,
    })),
    nextForwardToken: streamToken('f', records.at(-1)?.next ?? at),
    nextBackwardToken: streamToken('b', records[0]?.offset ?? at),
  };
}

async function endOf(parts: LogsParts, id: string, forwards: boolean): Promise<number> {
  if (forwards) return 0;
  const [last] = await parts.kernel.logs.last(id, 1);
  return last?.next ?? 0;
}

interface Range {
  readonly limit: number;
  readonly from: number;
  readonly to: number;
}

async function oldest(parts: LogsParts, id: string, offset: number, range: Range): Promise<LogRecord[]> {
  const found: LogRecord[] = [];
  let bytes = 0;
  for await (const records of parts.positions.forward(id, range.from, offset)) {
    for (const record of records) {
      if (record.at < range.from || record.at >= range.to) continue;
      bytes += record.text.length;
      if (found.length > 0 && (found.length === range.limit || bytes > MAX_BYTES)) return found;
      found.push(record);
    }
    if (found.length >= range.limit) break;
  }
  return found;
}

async function newest(parts: LogsParts, id: string, end: number, range: Range): Promise<LogRecord[]> {
  const found: LogRecord[] = [];
  let bytes = 0;
  for await (const records of parts.positions.backward(id, end)) {
    for (const record of records.toReversed()) {
      if (record.at < range.from || record.at >= range.to) continue;
      bytes += record.text.length;
      if (found.length > 0 && (found.length === range.limit || bytes > MAX_BYTES)) return found.toReversed();
      found.push(record);
    }
    if (found.length >= range.limit) break;
  }
  return found.toReversed();
}
