import { AwsJson1_0Protocol, AwsQueryProtocol } from '@aws-sdk/core/protocols';
import { SmithyRpcV2CborProtocol } from '@smithy/core/cbor';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  loadServiceModel,
  type Protocol,
  type ServiceModel,
  serviceIndex,
} from '../../src/wire/models/service-model.ts';
import { roundTripByHand } from './by-hand.ts';
import { type ClientSource, clientSources, Sdk } from './clients.ts';
import { exceptionsOf, throwOnce } from './exceptions.ts';
import { roundTrip } from './round-trip.ts';
import { WireServer } from './wire-server.ts';

/**
 * Every modelled operation and exception of every service, with the bytes that real clients write and read. What a
 * model has and no client can call stands here by name; anything else that is left out fails.
 */
const byHand = ['codeconnections', 'pipewright'];

/** Twins of newer operations with the same method and path: answered as those, as S3 does. */
const s3Twins: Readonly<Record<string, string>> = {
  GetBucketLifecycle: 'GetBucketLifecycleConfiguration',
  GetBucketNotification: 'GetBucketNotificationConfiguration',
  PutBucketLifecycle: 'PutBucketLifecycleConfiguration',
  PutBucketNotification: 'PutBucketNotificationConfiguration',
};

/** CloudWatch's clients choose among three protocols. */
const cloudwatchProtocols: readonly (readonly [Protocol, unknown])[] = [
  ['json-1.0', AwsJson1_0Protocol],
  ['query', AwsQueryProtocol],
  ['cbor', SmithyRpcV2CborProtocol],
];

let server: WireServer;
const report: string[] = [];

beforeAll(async () => {
  server = await WireServer.start();
});

afterAll(async () => {
  await server.close();
  console.log(report.toSorted().join('\n'));
});

test('every model is tested by a client or by hand', () => {
  const tested = [...clientSources.map(({ model }) => model), ...byHand];
  expect(tested.toSorted()).toEqual(serviceIndex.entries.map(({ id }) => id).toSorted());
});

const others = clientSources.filter(({ model }) => model !== 'cloudwatch');

describe.each(others)('$model', (source) => {
  test('operations', async () => {
    const service = await loadServiceModel(source.model);
    expect(await allOperations(source, service, service.protocols[0] as Protocol)).toEqual([]);
  });

  test('exceptions', async () => {
    const service = await loadServiceModel(source.model);
    expect(await allExceptions(source, service, service.protocols[0] as Protocol)).toEqual([]);
  });
});

describe.each(cloudwatchProtocols)('cloudwatch over %s', (protocol, Protocol) => {
  const source = clientSources.find(({ model }) => model === 'cloudwatch') as ClientSource;

  test('operations', async () => {
    const service = await loadServiceModel('cloudwatch');
    expect(await allOperations(source, service, protocol, { protocol: Protocol })).toEqual([]);
  });

  test('exceptions', async () => {
    const service = await loadServiceModel('cloudwatch');
    expect(await allExceptions(source, service, protocol, { protocol: Protocol })).toEqual([]);
  });
});

test.each(byHand)('%s, by hand', async (id) => {
  const service = await loadServiceModel(id);
  const problems: string[] = [];
  for (const operation of service.operations.values()) {
    problems.push(...(await roundTripByHand(server, service, operation)));
  }
  report.push(`${id}: ${service.operations.size} operations by hand`);
  expect(problems).toEqual([]);
});

/** Calls every operation of a model through its client; returns what differed or was left out. */
async function allOperations(
  source: ClientSource,
  service: ServiceModel,
  protocol: Protocol,
  settings: object = {},
): Promise<string[]> {
  const sdk = new Sdk(source, await source.load(), server.url, settings);
  const twins = service.id === 's3' ? Object.keys(s3Twins) : [];
  const problems: string[] = [];
  let done = 0;
  for (const operation of service.operations.values()) {
    if (twins.includes(operation.name)) continue;
    if (!sdk.has(operation.name)) {
      problems.push(`${operation.name}: the client has no such operation`);
      continue;
    }
    problems.push(...(await roundTrip(server, sdk, service, operation, protocol)));
    done++;
  }
  const newer = sdk.operations().filter((name) => !service.operations.has(name));
  sdk.client.destroy();
  const beyond = newer.length === 0 ? '' : `, ${newer.length} only in the client`;
  report.push(`${service.id} over ${protocol}: ${done} operations${beyond}`);
  if (done + twins.length !== service.operations.size) problems.push(`only ${done} operations were tested`);
  return problems;
}

/** Throws every exception that an operation lists; returns what the client did not see as such. */
async function allExceptions(
  source: ClientSource,
  service: ServiceModel,
  protocol: Protocol,
  settings: object = {},
): Promise<string[]> {
  const sdk = new Sdk(source, await source.load(), server.url, settings);
  const problems: string[] = [];
  const exceptions = exceptionsOf(service);
  for (const [name, operation] of exceptions) {
    const error = service.error(name);
    if (error === undefined) problems.push(`${name} has no model`);
    else problems.push(...(await throwOnce(server, sdk, service, operation, error, protocol)));
  }
  sdk.client.destroy();
  report.push(`${service.id} over ${protocol}: ${exceptions.size} exceptions`);
  if (exceptions.size === 0) problems.push('no exception was tested');
  return problems;
}

test('deprecated twins of S3 are answered as the newer operations', async () => {
  const service = await loadServiceModel('s3');
  for (const [old, newer] of Object.entries(s3Twins)) {
    const { method, requestUri } = service.operations.get(old)?.http ?? { method: '', requestUri: '' };
    const query = requestUri.split('?')[1] ?? '';
    expect(service.route(method, '/sample-bucket', query)?.operation.name).toBe(newer);
  }
});
