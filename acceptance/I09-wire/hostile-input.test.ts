import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadServiceModel } from '../../src/wire/models/load.ts';
import { startTestServer, type TestServer } from '../../testkit/support/test-server.ts';
import { clientSources, Sdk } from '../../testkit/wire/clients.ts';
import { chanceOf, hostileInput } from './hostile-values.ts';

/*
 * Every operation that is built, with input that nobody expected: it may be taken or refused, but is never a fault of
 * ours. S3 says 501 to what it knows by name and does not do.
 */
const ROUNDS = 4;
/** Streams that stay open until somebody has something to say. */
const ENDLESS = new Set(['StartLiveTail']);

describe('hostile input', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ config: { logLevel: 'silent' } });
    await (await clientOf('s3')).call('CreateBucket', { Bucket: 'app' });
    await (await clientOf('codecommit')).call('CreateRepository', { repositoryName: 'app' });
    await (await clientOf('codecommit')).call('PutFile', {
      repositoryName: 'app',
      branchName: 'main',
      filePath: 'x',
      fileContent: Buffer.from('x'),
    });
    await (await clientOf('iam')).call('CreateRole', {
      RoleName: 'builder',
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { Service: 'codebuild.amazonaws.com' }, Action: 'sts:AssumeRole' },
        ],
      }),
    });
    await (await clientOf('logs')).call('CreateLogGroup', { logGroupName: 'app' });
    await (await clientOf('logs')).call('CreateLogStream', { logGroupName: 'app', logStreamName: 'app' });
    await (await clientOf('events')).call('PutRule', { Name: 'app', EventPattern: '{"source":["a"]}' });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  async function clientOf(model: string): Promise<Sdk> {
    const source = clientSources.find((each) => each.model === model);
    if (!source) throw new Error(`no client of ${model}`);
    return new Sdk(source, await source.load(), server.endpoint, {
      ...server.clientConfig,
      requestHandler: { requestTimeout: 30_000, throwOnRequestTimeout: true },
    });
  }

  it('is taken or refused by every operation, and is no fault of ours', async () => {
    const faults: string[] = [];
    const statuses = new Map<number, number>();
    const rooms = Object.values(server.rooms).flatMap((room) => Object.entries(room.operations));
    for (const [service, operations] of rooms) {
      if (!clientSources.some(({ model }) => model === service)) continue;
      const sdk = await clientOf(service);
      const model = await loadServiceModel(service);
      for (const name of Object.keys(operations)) {
        const shape = model.operations.get(name)?.input;
        if (shape === undefined || ENDLESS.has(name)) continue;
        for (let round = 0; round < ROUNDS; round++) {
          const input = hostileInput(shape, chanceOf(round * 7919 + name.length * 31 + name.charCodeAt(1)));
          const status = await statusOf(sdk, name, input);
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
          if (status >= 500 && !(service === 's3' && status === 501))
            faults.push(`${service} ${name} ${JSON.stringify(input).slice(0, 600)}`);
        }
      }
      sdk.client.destroy();
    }
    expect(faults).toEqual([]);
    // It proves something only when some of it is taken.
    expect(statuses.get(200)).toBeGreaterThan(30);
    expect(statuses.get(400)).toBeGreaterThan(100);
  });
});

/** 0 for what the client did not send. */
async function statusOf(sdk: Sdk, name: string, input: object): Promise<number> {
  try {
    const output = (await sdk.call(name, input)) as { $metadata?: { httpStatusCode?: number } };
    return output.$metadata?.httpStatusCode ?? 0;
  } catch (error) {
    return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode ?? 0;
  }
}
