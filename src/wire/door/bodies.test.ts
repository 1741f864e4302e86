import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { answerOn, openConnection, sendBytes } from '../../../testkit/support/raw-bytes.ts';
import {
  bareRoom,
  openSecondDoor,
  openTestDoor,
  TEST_KEYS,
  type TestDoor,
} from '../../../testkit/support/test-door.ts';
import { openTestKernel, type TestKernel } from '../../../testkit/support/test-kernel.ts';
import { operation } from '../operation.ts';
import { signRequest } from '../sigv4/sign.ts';
import { errorType, jsonCall, rawCall } from './raw-client.test-support.ts';

let kernel: TestKernel;
let door: TestDoor;
/** One that gives a body no time but what its length allows. */
let slowDoor: TestDoor;
let calls: string[] = [];

beforeAll(async () => {
  kernel = await openTestKernel();
  const room = bareRoom({
    codepipeline: {
      DeletePipeline: operation({
        mutates: true,
        handler: async (input: { name: string }) => {
          calls.push(input.name);
          return {};
        },
      }),
    },
    lambda: {
      InvokeAsync: operation({
        mutates: true,
        handler: async (input: { FunctionName: string }, context) => {
          calls.push(input.FunctionName, await text(context.body as Readable));
          return { Status: 202 };
        },
      }),
    },
  });
  door = await openTestDoor(kernel, [room]);
  slowDoor = await openSecondDoor(kernel, [room], { bodyGraceMs: 0 });
});
beforeEach(() => {
  calls = [];
});
afterAll(async () => {
  await door.close();
  await slowDoor.close();
  await kernel[Symbol.asyncDispose]();
});

const wire = (bytes: string) => sendBytes(door.port, bytes);

/** Head of a signed request whose body does not have the signed hash. */
const headersFor = (length: number, more = '') => {
  const signed = signRequest({
    method: 'POST',
    rawPath: '/',
    headers: { host: 'localhost', 'x-amz-target': 'CodePipeline_20150709.DeletePipeline' },
    payload: 'a'.repeat(64),
    region: 'us-east-1',
    service: 'codepipeline',
    credentials: TEST_KEYS,
    now: Date.now(),
  });
  const lines = Object.entries(signed).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST / HTTP/1.1\r\n${lines.join('')}Content-Length: ${length}\r\n${more}`;
};

/** Sends a byte now and then. */
const trickle = async (head: string) => {
  const socket = openConnection(slowDoor.port);
  socket.write(head);
  const drip = setInterval(() => socket.write('x'), 20);
  return answerOn(socket).finally(() => clearInterval(drip));
};

describe('bodies', () => {
  it('that are too large are refused by their announcement, with the answer readable', async () => {
    const answer = await jsonCall(door.port, 'DeletePipeline', { name: 'x'.repeat(8_000_000) });
    expect([answer.status, errorType(answer)]).toEqual([413, 'RequestEntityTooLargeException']);
    expect(await wire(`${headersFor(2_000_000)}Expect: 100-continue\r\n\r\n`)).toMatch(/^HTTP\/1.1 413 /);
    const form =
      'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n' +
      'Content-Length: 2000000\r\nExpect: 100-continue\r\n\r\n';
    expect(await wire(form)).toMatch(/^HTTP\/1.1 413 /);
  });

  it('that a client goes on sending do not keep it from reading why they are refused', async () => {
    const socket = openConnection(door.port);
    const head = headersFor(4_000_000).replace(/Signature=.{4}/, 'Signature=0000');
    const body = Buffer.alloc(4_000_000, 'x');
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.write(`${head}\r\n`);
      socket.write(body, (error) => (error ? reject(error) : resolve()));
    });
    expect(await answerOn(socket)).toMatch(/^HTTP\/1.1 400 [^]*InvalidSignatureException/);
  });

  it('that come in chunks are cut off at the limit', async () => {
    const head = headersFor(0).replace(/Content-Length: 0\r\n/, 'Transfer-Encoding: chunked\r\n\r\n');
    const piece = `${(65_536).toString(16)}\r\n${'x'.repeat(65_536)}\r\n`;
    expect(await wire(`${head}${piece.repeat(20)}0\r\n\r\n`)).toMatch(/^HTTP\/1.1 413 /);
  });

  it('that trickle are given up, whatever the protocol', async () => {
    expect(await trickle(`${headersFor(1000)}\r\n`)).toMatch(/ 408 [^]*RequestTimeoutException/);
    const form = 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n';
    expect(await trickle(`${form}Content-Length: 1000\r\n\r\n`)).toMatch(/ 408 [^]*RequestTimeout</);
  });

  it('that nobody wants are not waited for long', async () => {
    const socket = openConnection(door.port);
    socket.write('POST /bucket/key HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n');
    const drip = setInterval(() => socket.write('x'), 20);
    expect(await answerOn(socket).finally(() => clearInterval(drip))).toMatch(/^HTTP\/1.1 40[35] /);
  });

  it('are not asked for when the signature is wrong, and are when it is right', async () => {
    const good = headersFor(2, 'Expect: 100-continue\r\n\r\n');
    const bad = good.replace(/Signature=.{4}/, 'Signature=0000');
    expect(await wire(bad)).toMatch(/^HTTP\/1.1 400 [^]*InvalidSignatureException/);
    expect(await wire(`${good.replace('host: ', 'connection: close\r\nhost: ')}{}`)).toMatch(
      /^HTTP\/1.1 100 Continue[^]*InvalidSignatureException/,
    );
    expect(calls).toEqual([]);
  });
});

describe('a streamed body that only its last byte proves', () => {
  it('is kept back until then, and reaches the handler whole', async () => {
    const signer = new SignatureV4({
      service: 'lambda',
      region: 'us-east-1',
      credentials: TEST_KEYS,
      sha256: Sha256,
      applyChecksum: false,
    });
    const body = 'event '.repeat(100_000);
    const target = '/2014-11-13/functions/f/invoke-async/';
    const { headers } = await signer.sign({
      method: 'POST',
      protocol: 'http:',
      hostname: '127.0.0.1',
      path: target,
      headers: { host: `127.0.0.1:${door.port}` },
      body,
    });
    expect(headers).not.toHaveProperty('x-amz-content-sha256');
    const call = { port: door.port, method: 'POST', target, headers, signed: false };
    const bad = await rawCall({ ...call, body: `${body}x` });
    expect([bad.status, bad.headers['x-amzn-errortype'], calls]).toEqual([
      403,
      'InvalidSignatureException',
      [],
    ]);
    const good = await rawCall({ ...call, body });
    expect([good.status, calls]).toEqual([202, ['f', body]]);
  });

  it('goes where the signed path leads, which has no dot segments', async () => {
    const target = '/2014-11-13/functions/other/../f//invoke-async/';
    const answer = await rawCall({ port: door.port, method: 'POST', target, service: 'lambda', body: '{}' });
    expect([answer.status, calls]).toEqual([202, ['f', '{}']]);
  });
});
