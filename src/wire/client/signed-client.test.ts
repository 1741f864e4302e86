import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bareRoom, openTestDoor, TEST_KEYS, type TestDoor } from '../../../testkit/support/test-door.ts';
import { openTestKernel, type TestKernel } from '../../../testkit/support/test-kernel.ts';
import { ApiError } from '../../kernel/errors.ts';
import { operation } from '../operation.ts';
import { createSignedClient } from './index.ts';

let kernel: TestKernel;
let door: TestDoor;

beforeAll(async () => {
  kernel = await openTestKernel();
  const room = bareRoom({
    codedeploy: {
      GetApplication: operation({
        mutates: false,
        handler: async (input: { applicationName: string }, context) => {
          if (input.applicationName === 'held')
            await new Promise<void>((resolve) => context.signal.addEventListener('abort', () => resolve()));
          if (input.applicationName === 'none')
            throw new ApiError('ApplicationDoesNotExistException', 'No application found for name: none');
          return { application: { applicationName: input.applicationName, createTime: new Date(1500) } };
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

const client = (credentials = TEST_KEYS) =>
  createSignedClient({ endpoint: door.endpoint, region: 'us-east-1', credentials: async () => credentials });
const ask = (applicationName: string, options?: Parameters<ReturnType<typeof client>['call']>[3]) =>
  client().call('codedeploy', 'GetApplication', { applicationName }, options);

it('calls an operation and gives the JSON of its answer', async () => {
  expect(await ask('ä €')).toEqual({ application: { applicationName: 'ä €', createTime: 1.5 } });
});

it('throws what the service answered as an ApiError', async () => {
  await expect(ask('none')).rejects.toThrowError(
    expect.objectContaining({ constructor: ApiError, code: 'ApplicationDoesNotExistException', status: 400 }),
  );
  const wrong = client({ ...TEST_KEYS, secretAccessKey: 'wrong' });
  await expect(wrong.call('codedeploy', 'GetApplication', {})).rejects.toMatchObject({
    code: 'InvalidSignatureException',
  });
});

it('gives up when told to, or after its time', async () => {
  const abort = new AbortController();
  const held = ask('held', { signal: abort.signal });
  abort.abort(new Error('enough'));
  await expect(held).rejects.toThrow('enough');
  await expect(ask('held', { timeoutMs: 5 })).rejects.toThrow('nothing came within 5 ms');
});

it('tells that nobody answers, or somebody else', async () => {
  const other = createServer((_request, response) => response.writeHead(502).end('<html>'));
  await new Promise<void>((resolve) => void other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  const stranger = createSignedClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: TEST_KEYS,
  });
  await expect(stranger.call('codedeploy', 'GetApplication', {})).rejects.toMatchObject({ code: 'HTTP502' });
  await new Promise((resolve) => other.close(resolve));
  await expect(stranger.call('codedeploy', 'GetApplication', {})).rejects.toMatchObject({
    name: 'ConnectionFailedError',
    message: `http://127.0.0.1:${port} does not answer: ECONNREFUSED`,
  });
  await expect(stranger.call('s3', 'ListBuckets', {})).rejects.toThrow('s3 is no service that speaks JSON');
});
