import type { OperationModel, ServiceModel } from '../../src/wire/models/service-model.ts';
import { differences } from './differences.ts';
import { Samples } from './samples.ts';
import type { WireServer } from './wire-server.ts';

/** Calls a JSON operation with bytes made here, for services that have no SDK client. Returns what differed. */
export async function roundTripByHand(
  server: WireServer,
  service: ServiceModel,
  operation: OperationModel,
): Promise<string[]> {
  const problems: string[] = [];
  let variants = 1;
  for (let variant = 0; variant < variants && problems.length === 0; variant++) {
    const samples = new Samples(variant, 'epoch-seconds');
    const input = operation.input ? samples.structure(operation.input) : {};
    const output = operation.output ? samples.structure(operation.output) : {};
    variants = samples.unionSize;
    server.expect({ output });
    const response = await post(server, service, operation, input);
    const answer: unknown = await response.json();
    if (server.failure !== undefined) problems.push(`${operation.name}: ${String(server.failure)}`);
    problems.push(
      ...differences(input, server.seen?.input, `${operation.name} input`),
      ...differences(plain(output), answer, `${operation.name} output`),
    );
  }
  return problems;
}

function post(
  server: WireServer,
  service: ServiceModel,
  operation: OperationModel,
  input: object,
): Promise<Response> {
  const version = service.protocols.includes('json-1.0') ? '1.0' : '1.1';
  return fetch(server.url, {
    method: 'POST',
    headers: {
      'content-type': `application/x-amz-json-${version}; charset=utf-8`,
      'x-amz-target': `${service.targetPrefixes[0]}.${operation.name}`,
      authorization: `AWS4-HMAC-SHA256 Credential=AKID/20261124/eu-west-1/${service.signingNames[0]}/aws4_request, x`,
    },
    body: JSON.stringify({ ...(plain(input) as object), aMemberThatNobodyKnows: { x: [1] } }),
  });
}

/** Times as seconds, bytes as base64: written again here, so that the codec does not vouch for itself. */
function plain(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}
