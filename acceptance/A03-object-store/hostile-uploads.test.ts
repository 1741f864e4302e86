import { randomBytes } from 'node:crypto';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { signRequest } from '../../src/wire/sigv4/sign.ts';
import { deriveSigningKey, EMPTY_SHA256, hmacHex, sha256Hex } from '../../src/wire/sigv4/signing-key.ts';
import { answerOn, openConnection, sendBytes } from '../../testkit/support/raw-bytes.ts';
import { startTestServer, type TestServer } from '../../testkit/support/test-server.ts';

describe('A3 uploads that mean ill, or break', () => {
  let server: TestServer;
  let s3: S3Client;
  let port: number;
  beforeAll(async () => {
    server = await startTestServer({ config: { logLevel: 'silent' } });
    s3 = new S3Client({ ...server.clientConfig, forcePathStyle: true });
    port = Number(new URL(server.endpoint).port);
    await s3.send(new CreateBucketCommand({ Bucket: 'safe' }));
  });
  beforeEach(async () => {
    await s3.send(new PutObjectCommand({ Bucket: 'safe', Key: 'k', Body: 'as it was' }));
  });
  afterAll(() => server[Symbol.asyncDispose]());

  /** The head of a signed `PUT /safe/k`, without the blank line at its end. */
  const head = (payload: string, more: Record<string, string> = {}, now = Date.now()) => {
    const signed = signRequest({
      method: 'PUT',
      rawPath: '/safe/k',
      headers: { host: 'localhost', ...more },
      payload,
      region: 'us-east-1',
      service: 's3',
      credentials: server.clientConfig.credentials,
      now,
    });
    const lines = Object.entries(signed).map(([name, value]) => `${name}: ${value}\r\n`);
    return { text: `PUT /safe/k HTTP/1.1\r\nconnection: close\r\n${lines.join('')}`, signed };
  };
  /** Sends, ends the sending side, and answers what comes back. */
  const sendAndEnd = async (bytes: string | Buffer) => {
    const socket = openConnection(port);
    socket.end(bytes);
    return answerOn(socket);
  };
  const stored = async () => {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: 'safe' }));
    const got = await s3.send(new GetObjectCommand({ Bucket: 'safe', Key: 'k' }));
    return [Contents.map(({ Key }) => Key), await got.Body?.transformToString()];
  };
  const UNTOUCHED = [['k'], 'as it was'];

  it('of fewer bytes than announced store nothing', async () => {
    const answer = await sendAndEnd(`${head('UNSIGNED-PAYLOAD').text}Content-Length: 100\r\n\r\nonly this`);
    expect(answer).not.toMatch(/^HTTP\/1.1 200/);
    expect(await stored()).toEqual(UNTOUCHED);
  });

  it('of more bytes than announced store nothing, and what is over is no request', async () => {
    const whole = 'hello GET /safe HTTP/1.1';
    const answer = await sendBytes(port, `${head(sha256Hex(whole)).text}Content-Length: 5\r\n\r\n${whole}`);
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(await stored()).toEqual(UNTOUCHED);
  });

  it('in pieces without an end store nothing; with one they are whole', async () => {
    const chunked = `${head('UNSIGNED-PAYLOAD').text}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`;
    expect(await sendAndEnd(chunked)).not.toMatch(/^HTTP\/1.1 200/);
    expect(await stored()).toEqual(UNTOUCHED);
    expect(await sendBytes(port, `${chunked}0\r\n\r\n`)).toMatch(/^HTTP\/1.1 200/);
    expect(await stored()).toEqual([['k'], 'hello']);
  });

  it('larger than an object may be are refused before a byte of them is read', async () => {
    const announced = `${head('UNSIGNED-PAYLOAD').text}Content-Length: 5368709121\r\nExpect: 100-continue\r\n\r\n`;
    expect(await sendBytes(port, announced)).toMatch(/^HTTP\/1.1 400 [^]*EntityTooLarge/);
    expect(await stored()).toEqual(UNTOUCHED);
  });

  it('in signed chunks are taken only with every signature right, and to the last one', async () => {
    const data = randomBytes(20_000);
    const first = data.subarray(0, 12_000);
    const second = data.subarray(12_000);
    const { text: start, signed } = head('STREAMING-AWS4-HMAC-SHA256-PAYLOAD', {
      'content-encoding': 'aws-chunked',
      'x-amz-decoded-content-length': String(data.length),
    });
    const amzDate = signed['x-amz-date'] as string;
    const scope = { date: amzDate.slice(0, 8), region: 'us-east-1', service: 's3' };
    const key = deriveSigningKey(server.clientConfig.credentials.secretAccessKey, scope);
    let previous = /Signature=([0-9a-f]{64})/.exec(signed['authorization'] as string)?.[1] as string;
    const chunks = [first, second, Buffer.alloc(0)].map((chunk) => {
      const place = `${scope.date}/us-east-1/s3/aws4_request`;
      const digest = chunk.length === 0 ? EMPTY_SHA256 : sha256Hex(chunk);
      previous = hmacHex(
        key,
        `AWS4-HMAC-SHA256-PAYLOAD\n${amzDate}\n${place}\n${previous}\n${EMPTY_SHA256}\n${digest}`,
      );
      return Buffer.concat([
        Buffer.from(`${chunk.length.toString(16)};chunk-signature=${previous}\r\n`),
        chunk,
        Buffer.from('\r\n'),
      ]);
    });
    const send = (body: Buffer) =>
      sendBytes(port, Buffer.concat([Buffer.from(`${start}Content-Length: ${body.length}\r\n\r\n`), body]));
    const [one, two, end] = chunks as [Buffer, Buffer, Buffer];
    const bent = Buffer.from(two);
    bent.writeUInt8((bent.at(-10) as number) ^ 1, bent.length - 10);
    expect(await send(Buffer.concat([one, bent, end]))).toMatch(/^HTTP\/1.1 403 [^]*SignatureDoesNotMatch/);
    expect(await send(Buffer.concat([one, end]))).toMatch(/^HTTP\/1.1 4\d\d /);
    expect(await send(Buffer.concat([one, two]))).toMatch(/^HTTP\/1.1 400 [^]*IncompleteBody/);
    expect(await stored()).toEqual(UNTOUCHED);
    expect(await send(Buffer.concat([one, two, end]))).toMatch(/^HTTP\/1.1 200/);
    const got = await s3.send(new GetObjectCommand({ Bucket: 'safe', Key: 'k' }));
    expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(data)).toBe(true);
  });

  it('signed with a clock that is off, or for another region, service or host, are refused', async () => {
    const refused = async (request: string) => /<Code>(\w+)</.exec(await sendBytes(port, request))?.[1];
    const rest = 'Content-Length: 5\r\n\r\nhello';
    const wrong = head('UNSIGNED-PAYLOAD').text;
    const late = head('UNSIGNED-PAYLOAD', {}, Date.now() - 16 * 60_000).text;
    expect(await refused(`${late}${rest}`)).toBe('RequestTimeTooSkewed');
    expect(await refused(`${wrong.replace('/us-east-1/s3/', '/eu-west-1/s3/')}${rest}`)).toBe(
      'SignatureDoesNotMatch',
    );
    expect(await refused(`${wrong.replace('host: localhost', 'host: safe.localhost')}${rest}`)).toBe(
      'SignatureDoesNotMatch',
    );
    expect(await refused(`${wrong.replace('/s3/aws4', '/sts/aws4')}${rest}`)).toBeDefined();
    expect(await stored()).toEqual(UNTOUCHED);
  });

  it('by a presigned URL are what the URL says, as often as it lives', async () => {
    const put = new PutObjectCommand({ Bucket: 'safe', Key: 'k', ContentType: 'text/plain' });
    const url = await getSignedUrl(s3, put, { expiresIn: 3600, signableHeaders: new Set(['content-type']) });
    const send = (address: string, method: string, headers: Record<string, string>) =>
      fetch(address, { method, headers, ...(method === 'GET' ? {} : { body: 'by url' }) }).then(
        ({ status }) => status,
      );
    const right = { 'content-type': 'text/plain' };
    expect(await send(url, 'PUT', { 'content-type': 'text/html' })).toBe(403);
    expect(await send(url, 'PUT', { ...right, 'x-amz-acl': 'public-read' })).toBe(403);
    expect(await send(url, 'GET', right)).toBe(403);
    expect(await send(url.replace('/safe/k', '/safe/other'), 'PUT', right)).toBe(403);
    expect(await stored()).toEqual(UNTOUCHED);
    expect([await send(url, 'PUT', right), await send(url, 'PUT', right)]).toEqual([200, 200]);
    expect(await stored()).toEqual([['k'], 'by url']);
    const past = { expiresIn: 1, signingDate: new Date(Date.now() - 10_000) };
    expect(await send(await getSignedUrl(s3, put, past), 'PUT', right)).toBe(403);
  });
});
