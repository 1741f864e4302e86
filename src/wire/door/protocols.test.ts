import { encode } from 'node:querystring';
import { CloudWatchClient, DescribeAlarmsCommand, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  bareRoom,
  openTestDoor,
  TEST_KEYS,
  TEST_ROOT,
  type TestDoor,
} from '../../../testkit/support/test-door.ts';
import { openTestKernel, type TestKernel } from '../../../testkit/support/test-kernel.ts';
import { operation } from '../operation.ts';
import { type RawCall, rawCall } from './raw-client.test-support.ts';

let kernel: TestKernel;
let door: TestDoor;
let puts: number[] = [];

beforeAll(async () => {
  kernel = await openTestKernel();
  const room = bareRoom({
    sts: {
      GetCallerIdentity: operation({
        mutates: false,
        handler: async (_input, { principal }) => ({
          Account: principal.account,
          Arn: principal.arn,
          UserId: principal.userId,
        }),
      }),
      AssumeRoleWithWebIdentity: operation({
        mutates: true,
        handler: async (_input, { principal }) => ({ SubjectFromWebIdentityToken: principal.kind }),
      }),
    },
    cloudwatch: {
      PutMetricData: operation({
        mutates: true,
        handler: async (input: { MetricData: unknown[] }) => {
          puts.push(input.MetricData.length);
          return {};
        },
      }),
    },
  });
  door = await openTestDoor(kernel, [room]);
});
afterAll(async () => {
  await door.close();
  await kernel[Symbol.asyncDispose]();
});

const form = (parameters: Record<string, string>, more: Partial<RawCall> = {}) =>
  rawCall({
    port: door.port,
    method: 'POST',
    target: '/',
    service: 'sts',
    body: encode({ Version: '2011-06-15', ...parameters }),
    ...more,
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8', ...more.headers },
  });

const codeOf = (answer: { body: string }) => /<Code>(.*)<\/Code>/.exec(answer.body)?.[1];

describe('the query protocol', () => {
  it('answers the SDK, and names its errors as query services do', async () => {
    const client = new STSClient(door.client);
    const identity = await client.send(new GetCallerIdentityCommand({}));
    expect(identity).toMatchObject({ Account: TEST_ROOT.account, Arn: TEST_ROOT.arn });
    expect(identity.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
    const roleArn = 'arn:aws:iam::111111111111:role/x';
    const role = new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'session' });
    await expect(client.send(role)).rejects.toMatchObject({ name: 'OperationNotBuilt' });
    const credentials = { ...door.client.credentials, secretAccessKey: 'wrong' };
    const wrong = new STSClient({ ...door.client, credentials });
    await expect(wrong.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
      $metadata: { httpStatusCode: 403 },
    });
  });

  it('takes a body whose hash stands in no header, and refuses it changed', async () => {
    const body = 'Action=GetCallerIdentity&Version=2011-06-15';
    const signer = new SignatureV4({
      service: 'sts',
      region: 'us-east-1',
      credentials: TEST_KEYS,
      sha256: Sha256,
      applyChecksum: false,
    });
    const plain = { host: `127.0.0.1:${door.port}`, 'content-type': 'application/x-www-form-urlencoded' };
    const request = {
      method: 'POST',
      protocol: 'http:',
      hostname: '127.0.0.1',
      path: '/',
      headers: plain,
      body,
    };
    const { headers } = await signer.sign(request);
    expect(headers).not.toHaveProperty('x-amz-content-sha256');
    const call = { port: door.port, method: 'POST', target: '/', headers, signed: false };
    expect((await rawCall({ ...call, body })).status).toBe(200);
    expect(codeOf(await rawCall({ ...call, body: `${body}&` }))).toBe('SignatureDoesNotMatch');
  });

  it('answers the two unsigned operations without a signature, and nothing else', async () => {
    const web = {
      Action: 'AssumeRoleWithWebIdentity',
      RoleArn: 'arn:aws:iam::111111111111:role/x',
      RoleSessionName: 'session',
      WebIdentityToken: 'token',
    };
    const answer = await form(web, { signed: false });
    expect([answer.status, answer.body]).toEqual([200, expect.stringContaining('>anonymous<')]);
    const refused = await form({ Action: 'GetCallerIdentity' }, { signed: false });
    expect([refused.status, codeOf(refused)]).toEqual([403, 'MissingAuthenticationToken']);
  });

  it('refuses actions that the service does not have, and none at all', async () => {
    expect(codeOf(await form({ Action: 'Nonsense' }))).toBe('InvalidAction');
    expect(codeOf(await form({}))).toBe('InvalidAction');
  });
});

describe('a service of several protocols', () => {
  const big = {
    Namespace: 'n',
    MetricData: Array.from({ length: 500 }, (_, at) => ({ MetricName: `m${at}`, Value: at })),
  };

  it('takes compressed requests of the SDK', async () => {
    puts = [];
    await new CloudWatchClient(door.client).send(new PutMetricDataCommand(big));
    expect(puts).toEqual([500]);
  });

  it('answers each request in the protocol it came in', async () => {
    const json = await rawCall({
      port: door.port,
      method: 'POST',
      target: '/',
      service: 'monitoring',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': 'GraniteServiceVersion20100801.ListMetrics',
      },
      body: '{}',
    });
    expect(json.headers['content-type']).toContain('application/x-amz-json-1.0');
    expect(JSON.parse(json.body)).toMatchObject({ __type: expect.stringContaining('OperationNotBuilt') });
    expect(json.headers['x-amzn-query-error']).toBe('OperationNotBuilt;Sender');
    const query = await rawCall({
      port: door.port,
      method: 'POST',
      target: '/',
      service: 'monitoring',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'Action=ListMetrics&Version=2010-08-01',
    });
    expect(query.body).toContain('<Code>OperationNotBuilt</Code>');
    const cbor = await rawCall({
      port: door.port,
      method: 'POST',
      target: '/service/GraniteServiceVersion20100801/operation/ListMetrics',
      service: 'monitoring',
      headers: { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor' },
      body: Buffer.from([0xa0]),
    });
    expect(cbor.headers['smithy-protocol']).toBe('rpc-v2-cbor');
    expect(cbor.body).toContain('OperationNotBuilt');
    await expect(new CloudWatchClient(door.client).send(new DescribeAlarmsCommand({}))).rejects.toMatchObject(
      {
        name: 'OperationNotBuilt',
      },
    );
  });
});
