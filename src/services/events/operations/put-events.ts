import type {
  PutEventsCommandInput,
  PutEventsCommandOutput,
  PutEventsRequestEntry,
  PutEventsResultEntry,
  TestEventPatternCommandInput,
  TestEventPatternCommandOutput,
} from '@aws-sdk/client-eventbridge';
import type { Tx } from '../../../kernel/database/port.ts';
import { ApiError } from '../../../kernel/errors.ts';
import { newId } from '../../../kernel/ids.ts';
import { isJsonObject, matchesPattern, parseJson } from '../../../pure/event-pattern/index.ts';
import { operation, type RequestContext, type ServiceOperations } from '../../../wire/operation.ts';
import { findBus } from '../buses.ts';
import { policyAllowsPut } from '../model/bus-policy.ts';
import { toEnvelope } from '../model/envelope.ts';
import { busAddress, busArn, DEFAULT_BUS } from '../model/names.ts';
import type { EventsParts } from '../parts.ts';
import { route } from '../routing.ts';
import { checkPattern, invalid } from './rules.ts';

const MAX_BYTES = 256 * 1024;

export function putEventsOperations(parts: EventsParts): ServiceOperations {
  const { database } = parts.kernel;
  return {
    PutEvents: operation<PutEventsCommandInput, PutEventsCommandOutput>({
      mutates: true,
      resources: (input, { scope }) => [
        ...new Set(
          (input.Entries ?? []).map((entry) => {
            const address = busAddress(scope, entry.EventBusName);
            return busArn(address.scope, address.bus);
          }),
        ),
      ],
      async handler(input, context) {
        if (input.EndpointId !== undefined)
          throw invalid('EndpointId is not built: there are no global endpoints.');
        const entries = input.Entries ?? [];
        if (entries.reduce((sum, entry) => sum + entryBytes(entry), 0) > MAX_BYTES) {
          throw invalid('Total size of the entries in the request is over the limit.');
        }
        const results = await database.transaction(async (tx) => {
          const done: PutEventsResultEntry[] = [];
          for (const entry of entries) done.push(await putEvent(parts, tx, entry, context));
          return done;
        });
        const FailedEntryCount = results.filter((result) => result.ErrorCode !== undefined).length;
        return { FailedEntryCount, Entries: results, $metadata: {} };
      },
    }),

    TestEventPattern: operation<TestEventPatternCommandInput, TestEventPatternCommandOutput>({
      mutates: false,
      async handler(input) {
        const pattern = checkPattern(input.EventPattern ?? '');
        const event = parseJson(input.Event ?? '');
        if ('problem' in event || !isJsonObject(event.value)) {
          throw invalid('Parameter Event is not valid. Reason: it must be a JSON object.');
        }
        // What AWS asks of the event: the envelope's fields.
        const missing = ['id', 'account', 'source', 'time', 'region', 'resources', 'detail-type'].filter(
          (field) => !Object.hasOwn(event.value as object, field),
        );
        if (missing.length > 0) {
          throw invalid(`Parameter Event is not valid. Reason: it has no ${missing.join(', ')}.`);
        }
        return { Result: matchesPattern(pattern, event.value), $metadata: {} };
      },
    }),
  };
}

/** As AWS counts: 14 bytes for a time, and the UTF-8 of everything else. */
function entryBytes(entry: PutEventsRequestEntry): number {
  const texts = [entry.Source, entry.DetailType, entry.Detail, ...(entry.Resources ?? [])];
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text ?? ''), 0);
  return bytes + (entry.Time === undefined ? 0 : 14);
}

async function putEvent(
  parts: EventsParts,
  tx: Tx,
  entry: PutEventsRequestEntry,
  { scope, principal }: RequestContext,
): Promise<PutEventsResultEntry> {
  try {
    const { source, detailType, detail, parsed } = checkEntry(entry);
    const address = busAddress(scope, entry.EventBusName);
    const bus = await findBus(tx, address);
    if (!bus)
      throw new ApiError('ResourceNotFoundException', `Event bus ${entry.EventBusName} does not exist.`);
    const arn = busArn(address.scope, address.bus);
    if (address.scope.account !== principal.account && !policyAllowsPut(bus.policy, principal.account, arn)) {
      throw new ApiError(
        'AccessDeniedException',
        `The policy of ${arn} does not let ${principal.arn} put events.`,
      );
    }
    const event = {
      id: newId(),
      scope,
      at: entry.Time?.getTime() ?? parts.kernel.clock.now(),
      source,
      detailType,
      resources: entry.Resources ?? [],
      detail,
    };
    const home = address.scope.account === scope.account && address.scope.region === scope.region;
    if (home && address.bus === DEFAULT_BUS) for (const receive of parts.receivers) await receive(tx, event);
    const envelope = toEnvelope(event);
    const matched = { ...envelope, detail: parsed };
    await route(parts, tx, { scope: address.scope, bus: address.bus, envelope, matched, hops: 0 });
    return { EventId: event.id };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { ErrorCode: error.code, ErrorMessage: error.message };
  }
}

function checkEntry(entry: PutEventsRequestEntry) {
  const { Source: source, DetailType: detailType, Detail: detail } = entry;
  if (!source) throw required('Source');
  if (!detailType) throw required('DetailType');
  if (!detail) throw required('Detail');
  if (source.startsWith('aws.')) {
    throw new ApiError('NotAuthorizedForSourceException', 'Not authorized for the source.');
  }
  const parsed = parseJson(detail);
  if ('problem' in parsed || !isJsonObject(parsed.value)) {
    throw new ApiError('MalformedDetail', 'Detail is malformed.');
  }
  return { source, detailType, detail: JSON.parse(detail) as unknown, parsed: parsed.value };
}

function required(name: string): ApiError {
  return new ApiError(
    'InvalidArgument',
    `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
  );
}
