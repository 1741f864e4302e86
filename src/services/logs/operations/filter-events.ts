import { createHash } from 'node:crypto';
import type {
  FilteredLogEvent,
  FilterLogEventsCommandInput,
  FilterLogEventsCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Scope } from '../../../kernel/scope.ts';
import { decodePlaceToken, encodePlaceToken } from '../../../pure/page-token.ts';
import { operation, type ServiceOperations } from '../../../wire/operation.ts';
import { mergeByTime, type Place, type Source } from '../merge.ts';
import { parseFilterPattern } from '../model/filter-pattern.ts';
import { groupArn, groupNameOf, type LogsParts } from '../parts.ts';
import type { TimedRecord } from '../positions.ts';
import { invalid, missing, needGroup } from '../rows.ts';
import type { StreamRow } from '../tables.ts';
import { visibleFrom } from '../visible.ts';

const MAX_EVENTS = 10_000;
const MAX_BYTES = 1_048_576;
/** After so many lines a page ends even when few matched, so that a rare word does not read gigabytes in one request. */
const MAX_SEARCHED = 200_000;

export function filterEventsOperations(parts: LogsParts): ServiceOperations {
  return {
    FilterLogEvents: operation<FilterLogEventsCommandInput, Omit<FilterLogEventsCommandOutput, '$metadata'>>({
      mutates: false,
      resources: (input, { scope }) => [`${groupArn(scope, groupNameOf(input))}:*`],
      handler: (input, { scope, now }) => filterEvents(parts, scope, input, now),
    }),
  };
}

/** Events of several streams in the order of their times. `aws logs tail` lives on this. */
async function filterEvents(
  parts: LogsParts,
  scope: Scope,
  input: FilterLogEventsCommandInput,
  now: number,
): Promise<Omit<FilterLogEventsCommandOutput, '$metadata'>> {
  const filter = parseFilterPattern(input.filterPattern ?? '');
  if (filter.kind === 'bad') throw invalid(filter.message);
  const group = await needGroup(parts.kernel.database.read, scope, groupNameOf(input));
  const list = `events/${group.name}`;
  const token =
    input.nextToken === undefined
      ? undefined
      : decodePlaceToken(list, input.nextToken, ['number', 'string', 'number']);
  if (input.nextToken !== undefined && !token) throw invalid('The specified nextToken is invalid.');
  const after = token && { order: token[0] as number, id: token[1] as string, offset: token[2] as number };
  const streams = await chosenStreams(parts, scope, group.name, input);
  const visible = visibleFrom(group, input.startTime ?? 0, now);
  const from = Math.max(visible, after?.order ?? 0);
  const to = input.endTime ?? Number.POSITIVE_INFINITY;
  const limit = input.limit ?? MAX_EVENTS;
  const events: FilteredLogEvent[] = [];
  let bytes = 0;
  let searched = 0;
  let place: Place | undefined;
  let more = false;
  for await (const { source, record } of mergeByTime(await sourcesOf(parts, streams, from), after)) {
    if (record.order > to) break;
    const wanted = record.at >= visible && record.at <= to && filter.matches(record.text);
    if (
      wanted &&
      (events.length === limit || (events.length > 0 && bytes + record.text.length > MAX_BYTES))
    ) {
      more = true;
      break;
    }
    place = { order: record.order, id: source.id, offset: record.offset };
    if (wanted) {
      events.push(eventOf(source, record));
      bytes += record.text.length;
    }
    if (++searched >= MAX_SEARCHED) {
      more = true;
      break;
    }
  }
  return {
    events,
    searchedLogStreams: [],
    nextToken: more && place ? encodePlaceToken(list, [place.order, place.id, place.offset]) : undefined,
  };
}

async function chosenStreams(
  parts: LogsParts,
  scope: Scope,
  group: string,
  input: FilterLogEventsCommandInput,
): Promise<readonly StreamRow[]> {
  const { logStreamNames, logStreamNamePrefix } = input;
  if (logStreamNames !== undefined && logStreamNamePrefix !== undefined) {
    throw invalid('logStreamNames and logStreamNamePrefix cannot be used together.');
  }
  const prefix = logStreamNamePrefix ?? '';
  const names = logStreamNames ?? [];
  const among = names.length === 0 ? '' : `and name in (${names.map(() => '?').join(', ')})`;
  const rows = await parts.kernel.database.read.query<StreamRow & Record<string, never>>(
    `select group_name, name, id, created_at from log_streams
     where account = ? and region = ? and group_name = ? and substr(name, 1, ?) = ? ${among}`,
    [scope.account, scope.region, group, prefix.length, prefix, ...names],
  );
  if (rows.length < new Set(names).size) throw missing('The specified log stream does not exist.');
  return rows;
}

/** Streams whose last event is too old are left out before anything of them is read. */
async function sourcesOf(parts: LogsParts, streams: readonly StreamRow[], from: number): Promise<Source[]> {
  const sources: Source[] = [];
  for (const stream of streams) {
    if (from > 0) {
      const [last] = await parts.kernel.logs.last(stream.id, 1);
      if (!last || last.at < from) continue;
    }
    sources.push({
      id: stream.id,
      name: stream.name,
      read: (offset) => parts.positions.forward(stream.id, from, offset),
    });
  }
  return sources;
}

function eventOf(source: Source, record: TimedRecord): FilteredLogEvent {
  return {
    logStreamName: source.name,
    timestamp: record.at,
    message: record.text,
    ingestionTime: record.at,
    eventId: eventId(source.id, record),
  };
}

const digits = (n: number, width: number) => String(n).padStart(width, '0');

/** 56 digits as AWS's, the same at every reading; later events have greater ones. */
function eventId(id: string, record: TimedRecord): string {
  const stream = createHash('sha256').update(id).digest().readUIntBE(0, 6);
  return digits(record.order, 16) + digits(stream, 20) + digits(record.offset, 20);
}
