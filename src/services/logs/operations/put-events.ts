import type { PutLogEventsCommandInput, PutLogEventsCommandOutput } from '@aws-sdk/client-cloudwatch-logs';
import type { Scope } from '../../../kernel/scope.ts';
import { operation, type ServiceOperations } from '../../../wire/operation.ts';
import { groupArn, type LogsParts } from '../parts.ts';
import { invalid, needGroup, needStream } from '../rows.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MAX_BATCH_BYTES = 1_048_576;
const EVENT_OVERHEAD = 26;
const MAX_EVENT_BYTES = 256 * 1024;

export function putEventsOperations(parts: LogsParts): ServiceOperations {
  return {
    PutLogEvents: operation<PutLogEventsCommandInput, Omit<PutLogEventsCommandOutput, '$metadata'>>({
      mutates: true,
      actsOutside: true,
      resources: (input, { scope }) => [
        `${groupArn(scope, input.logGroupName as string)}:log-stream:${input.logStreamName}`,
      ],
      handler: (input, { scope, now }) => putEvents(parts, scope, input, now),
    }),
  };
}

type Event = { readonly timestamp: number; readonly message: string };

async function putEvents(
  parts: LogsParts,
  scope: Scope,
  input: PutLogEventsCommandInput,
  now: number,
): Promise<Omit<PutLogEventsCommandOutput, '$metadata'>> {
  const { database, logs } = parts.kernel;
  const events = input.logEvents as readonly Event[];
  check(events);
  const group = await needGroup(database.read, scope, input.logGroupName as string);
  const stream = await needStream(database.read, scope, group.name, input.logStreamName as string);
  const oldest = now - Math.min(14, group.retention_days ?? 14) * DAY;
  const good = events.filter((event) => event.timestamp >= oldest && event.timestamp <= now + 2 * HOUR);
  const next = await parts.inOrder(stream.id, async () => {
    if ((await logs.stat(stream.id))?.ended) {
      throw invalid('The specified log stream belongs to a build that has ended: it takes no more events.');
    }
    const writer = await logs.writer(stream.id);
    try {
      await writer.append(good.map(({ timestamp, message }) => ({ at: timestamp, text: clean(message) })));
      await writer.flush();
    } finally {
      await writer.close();
    }
    const [last] = await logs.last(stream.id, 1);
    return last?.next ?? 0;
  });
  return {
    nextSequenceToken: String(next).padStart(56, '0'),
    rejectedLogEventsInfo: rejected(events, now, oldest, group.retention_days),
  };
}

function check(events: readonly Event[]): void {
  let bytes = 0;
  let former = Number.NEGATIVE_INFINITY;
  for (const { timestamp, message } of events) {
    const size = Buffer.byteLength(message) + EVENT_OVERHEAD;
    if (size > MAX_EVENT_BYTES)
      throw invalid(`Log event too large: ${size} bytes exceeds limit of ${MAX_EVENT_BYTES}`);
    bytes += size;
    if (timestamp < former) {
      throw invalid('Log events in a single PutLogEvents request must be in chronological order.');
    }
    former = timestamp;
  }
  if (bytes > MAX_BATCH_BYTES)
    throw invalid(`Upload too large: ${bytes} bytes exceeds limit of ${MAX_BATCH_BYTES}`);
  if (former - (events[0]?.timestamp ?? former) > DAY) {
    throw invalid('The batch of log events in a single PutLogEvents request cannot span more than 24 hours.');
  }
}

function rejected(events: readonly Event[], now: number, oldest: number, retention: number | null) {
  const tooNew = events.findIndex((event) => event.timestamp > now + 2 * HOUR);
  const old = events.findLastIndex((event) => event.timestamp < oldest);
  if (tooNew < 0 && old < 0) return undefined;
  const expired = retention !== null && retention <= 14;
  return {
    ...(tooNew < 0 ? {} : { tooNewLogEventStartIndex: tooNew }),
    ...(old < 0 ? {} : { [expired ? 'expiredLogEventEndIndex' : 'tooOldLogEventEndIndex']: old + 1 }),
  };
}

/** What a log stream cannot hold. */
function clean(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed();
}
