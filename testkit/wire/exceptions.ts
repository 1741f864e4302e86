import type { WireError } from '../../src/wire/codecs/port.ts';
import type {
  ErrorModel,
  OperationModel,
  Protocol,
  ServiceModel,
} from '../../src/wire/models/service-model.ts';
import type { Sdk } from './clients.ts';
import { differences } from './differences.ts';
import { habitsOf } from './habits.ts';
import { Samples } from './samples.ts';
import type { WireServer } from './wire-server.ts';

/** Every exception of a model with an operation that may throw it. */
export function exceptionsOf(service: ServiceModel): ReadonlyMap<string, OperationModel> {
  const found = new Map<string, OperationModel>();
  for (const operation of service.operations.values()) {
    // A HEAD answer has no body, so clients can not tell what went wrong.
    if (operation.http.method === 'HEAD') continue;
    for (const name of operation.errors) if (!found.has(name)) found.set(name, operation);
  }
  return found;
}

/** Lets an operation fail by a modelled exception and looks at what the client throws. */
export async function throwOnce(
  server: WireServer,
  sdk: Sdk,
  service: ServiceModel,
  operation: OperationModel,
  error: ErrorModel,
  protocol: Protocol,
): Promise<string[]> {
  const timestamps = protocol === 'query' || protocol === 'rest-xml' ? 'date-time' : 'epoch-seconds';
  const samples = new Samples(0, timestamps);
  const members = Object.fromEntries(
    Object.entries(samples.structure(error.shape)).filter(([name]) => name.toLowerCase() !== 'message'),
  );
  const wire: WireError = {
    code: error.name,
    message: 'Nothing & <nobody> did it.',
    status: 400,
    members,
    senderFault: true,
  };
  server.expect({ error: wire });
  const input = {
    ...(operation.input && samples.structure(operation.input)),
    ...habitsOf(service.id, operation).sent,
  };
  const place = `${service.id} ${error.name}`;
  const name = protocol === 'cbor' ? error.name : nameInClient(service, error);
  try {
    await sdk.call(operation.name, input);
    return [`${place} was not thrown`];
  } catch (thrown) {
    return differences(
      { isTyped: true, name, message: wire.message, status: error.httpStatus, ...members },
      { ...facts(thrown, sdk.exception(name)), ...pick(thrown, Object.keys(members)) },
      place,
    );
  }
}

/** Where a code of the query protocol is also the name of another exception, clients throw that one. */
function nameInClient(service: ServiceModel, { name, code }: ErrorModel): string {
  const byCode = service.queryCompatible || service.protocols.includes('query');
  return byCode ? (service.error(code)?.name ?? name) : name;
}

function facts(thrown: unknown, exception: (new (...args: never[]) => Error) | undefined) {
  const { name, message, $metadata } = thrown as Error & { $metadata?: { httpStatusCode?: number } };
  return {
    isTyped: exception !== undefined && thrown instanceof exception,
    name,
    message,
    status: $metadata?.httpStatusCode,
  };
}

function pick(thrown: unknown, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, (thrown as Record<string, unknown>)[name]]));
}
