import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import {
  ChecksumAlgorithm,
  GetObjectCommand,
  HeadObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { bareRoom, openTestDoor, type TestDoor } from '../../../testkit/support/test-door.ts';
import { openTestKernel, type TestKernel } from '../../../testkit/support/test-kernel.ts';
import { ApiError } from '../../kernel/errors.ts';
import { operation } from '../operation.ts';
import { rawCall } from './raw-client.test-support.ts';

interface Address {
  readonly Bucket: string;
  readonly Key: string;
}

let kernel: TestKernel;
let door: TestDoor;
const stored = new Map<string, Buffer>();
/** Bytes that handlers have seen in the test under way. */
let received = 0;
const find = ({ Bucket, Key }: Address) => {
  const bytes = stored.get(`${Bucket} ${Key}`);
  if (bytes === undefined)
    throw new ApiError('NoSuchKey', 'The specified key does not exist.', { status: 404 });
  return bytes;
};

beforeAll(async () => {
  kernel = await openTestKernel();
  const room = bareRoom({
    s3: {
      PutObject: operation({
        mutates: true,
        handler: async (input: Address, context) => {
          const pieces: Buffer[] = [];
          await pipeline(context.body as Readable, async (source: AsyncIterable<Buffer>) => {
            for await (const piece of source) {
              received += piece.length;
              pieces.push(piece);
            }
          });
          stored.set(`${input.Bucket} ${input.Key}`, Buffer.concat(pieces));
          return { ETag: '"etag"' };
        },
      }),
      GetObject: operation({
        mutates: false,
        handler: async (input: Address & { Range?: string }, context) => {
          const bytes = find(input);
          if (input.Range === undefined) return { Body: Readable.from([bytes]), ContentLength: bytes.length };
          context.setStatus(206);
          context.setHeader('Content-Range', `bytes 0-1/${bytes.length}`);
          return { Body: Readable.from([bytes.subarray(0, 2)]), ContentLength: 2 };
        },
      }),
      HeadObject: operation({
        mutates: false,
        handler: async (input: Address) => ({ ContentLength: find(input).length }),
      }),
      DeleteObject: operation({ mutates: true, handler: async () => ({}) }),
    },
  });
  door = await openTestDoor(kernel, [room]);
});
beforeEach(() => {
  stored.clear();
  received = 0;
});
afterAll(async () => {
  await door.close();
  await kernel[Symbol.asyncDispose]();
});

const client = (overrides: object = {}) => new S3Client({ ...door.client, ...overrides });

const sha = (data: string) => createHash('sha256').update(data).digest('hex');

const putRaw = (target: string) => rawCall({ port: door.port, method: 'PUT', target, body: 'x' });

describe('the JavaScript SDK with S3', () => {
  it('puts a stream in frames with its default trailing checksum, and gets it back', async () => {
    const data = randomBytes(3_000_000);
    const body = Readable.from([data.subarray(0, 1_000_001), data.subarray(1_000_001)], {
      objectMode: false,
    });
    await client().send(
      new PutObjectCommand({ Bucket: 'bkt', Key: 'a/b', Body: body, ContentLength: data.length }),
    );
    expect(stored.get('bkt a/b')?.equals(data)).toBe(true);
    const got = await client().send(new GetObjectCommand({ Bucket: 'bkt', Key: 'a/b' }));
    expect((await buffer(got.Body as Readable)).equals(data)).toBe(true);
  });

  it('has every checksum verified that it can send', async () => {
    for (const algorithm of ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const) {
      const Body = Readable.from([Buffer.from('some '), Buffer.from(algorithm)], { objectMode: false });
      const put = { Bucket: 'bkt', Key: algorithm, ContentLength: 5 + algorithm.length };
      await client().send(
        new PutObjectCommand({ ...put, Body, ChecksumAlgorithm: ChecksumAlgorithm[algorithm] }),
      );
      expect(stored.get(`bkt ${algorithm}`)?.toString()).toBe(`some ${algorithm}`);
    }
  });

  it('keeps keys as they are, dots, slashes and signs included', async () => {
    const keys = ['../z', 'a//b', './a', 'a b+c', "it's (1)*!.txt", 'ü/€', '100%', '%2e%2e', 'a?b#c'];
    for (const Key of keys) await client().send(new PutObjectCommand({ Bucket: 'bkt', Key, Body: Key }));
    expect([...stored.keys()]).toEqual(keys.map((key) => `bkt ${key}`));
    for (const Key of keys) {
      const { Body } = await client().send(new GetObjectCommand({ Bucket: 'bkt', Key }));
      expect(await text(Body as Readable)).toBe(Key);
    }
  });

  it('gets statuses, ranges, heads and typed errors', async () => {
    await client().send(new PutObjectCommand({ Bucket: 'bkt', Key: 'k', Body: 'hello' }));
    const part = await client().send(new GetObjectCommand({ Bucket: 'bkt', Key: 'k', Range: 'bytes=0-1' }));
    expect([part.$metadata.httpStatusCode, part.ContentRange]).toEqual([206, 'bytes 0-1/5']);
    expect(await text(part.Body as Readable)).toBe('he');
    expect((await client().send(new HeadObjectCommand({ Bucket: 'bkt', Key: 'k' }))).ContentLength).toBe(5);
    await expect(client().send(new GetObjectCommand({ Bucket: 'bkt', Key: 'x' }))).rejects.toBeInstanceOf(
      NoSuchKey,
    );
    await expect(client().send(new HeadObjectCommand({ Bucket: 'bkt', Key: 'x' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
  });

  it('reaches buckets by the host, and by presigned URLs in both styles', async () => {
    await client().send(new PutObjectCommand({ Bucket: 'my-bucket', Key: 'a b', Body: 'hello' }));
    const command = new GetObjectCommand({ Bucket: 'my-bucket', Key: 'a b' });
    const byPath = await getSignedUrl(client(), command, { expiresIn: 60 });
    expect(await (await fetch(byPath)).text()).toBe('hello');
    const byHost = await getSignedUrl(client({ endpoint: `http://localhost:${door.port}` }), command, {
      expiresIn: 60,
    });
    const { host, pathname, search } = new URL(byHost);
    expect([host, pathname]).toEqual([`my-bucket.localhost:${door.port}`, '/a%20b']);
    const ask = { port: door.port, target: pathname + search, signed: false };
    expect(await rawCall({ ...ask, headers: { host } })).toMatchObject({ status: 200, body: 'hello' });
    const other = await rawCall({ ...ask, headers: { host: host.replace('my-bucket', 'mybucket') } });
    expect(other.body).toContain('<Code>SignatureDoesNotMatch</Code>');
    const later = { ...ask, target: ask.target.replace('X-Amz-Expires=60', 'X-Amz-Expires=600') };
    expect((await rawCall({ ...later, headers: { host } })).status).toBe(403);
  });
});

describe('on the raw request target', () => {
  it('an escaped dot segment is a key and no way to another bucket', async () => {
    for (const target of ['/b-1/%2e%2e/z', '/b-1/../z', '/b-1//z', '/b-1/a%2Fb'])
      expect((await putRaw(target)).status).toBe(200);
    expect([...stored.keys()]).toEqual(
      ['b-1 ../z', 'b-1 ../z', 'b-1 /z', 'b-1 a/b'].filter((key, at, all) => all.indexOf(key) === at),
    );
  });

  it('every answer has its ids and keeps a browser from acting on it', async () => {
    await putRaw('/b-1/page.html');
    const got = await rawCall({ port: door.port, target: '/b-1/page.html' });
    const missing = await rawCall({ port: door.port, target: '/b-1/none' });
    for (const { headers } of [got, missing]) {
      expect(headers['x-amzn-requestid']).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers['x-amz-request-id']).toBe(headers['x-amzn-requestid']);
      expect(headers['x-amz-id-2']).toBeTruthy();
      expect(headers['content-security-policy']).toBe('sandbox');
      expect(headers['x-content-type-options']).toBe('nosniff');
    }
    expect(missing.status).toBe(404);
  });

  it('heads, and answers without content, have no body', async () => {
    await putRaw('/b-1/k');
    const head = await rawCall({ port: door.port, method: 'HEAD', target: '/b-1/k' });
    expect([head.status, head.body, head.headers['content-length']]).toEqual([200, '', '1']);
    const lost = await rawCall({ port: door.port, method: 'HEAD', target: '/b-1/none' });
    expect([lost.status, lost.body]).toEqual([404, '']);
    const gone = await rawCall({ port: door.port, method: 'DELETE', target: '/b-1/k' });
    expect([gone.status, gone.body, gone.headers['content-length']]).toEqual([204, '', undefined]);
  });
});

describe('an upload that breaks off', () => {
  it('fails for its handler, stores nothing and is no fault of ours', async () => {
    const call = { port: door.port, method: 'PUT', target: '/bkt/half', body: 'x'.repeat(300_000) };
    const abort = new AbortController();
    const sent = rawCall({
      ...call,
      payload: 'UNSIGNED-PAYLOAD',
      headers: { 'content-length': '1000000' },
      signal: abort.signal,
    });
    await vi.waitFor(() => expect(received).toBeGreaterThan(0), { timeout: 60_000 });
    abort.abort();
    await expect(sent).rejects.toThrow('aborted');
    const outcomes = () =>
      kernel.database.read.query("select outcome from audit where outcome = 'ClientGone'");
    await vi.waitFor(async () => expect(await outcomes()).toHaveLength(1), { timeout: 60_000 });
    expect(stored.size).toBe(0);
  });
});

describe('bytes that are not what was signed', () => {
  const put = { method: 'PUT', target: '/bkt/k', body: 'hello' };
  const cases: readonly [string, Partial<Parameters<typeof rawCall>[0]>, number, string][] = [
    ['another payload hash', { payload: sha('other') }, 400, 'XAmzContentSHA256Mismatch'],
    ['a wrong CRC', { headers: { 'x-amz-checksum-crc32': 'AAAAAA==' } }, 400, 'BadDigest'],
    ['a wrong MD5', { headers: { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' } }, 400, 'BadDigest'],
    ['an MD5 that is none', { headers: { 'content-md5': 'x' } }, 400, 'InvalidRequest'],
    [
      'no payload hash',
      { tamper: (headers) => delete headers['x-amz-content-sha256'] },
      403,
      'SignatureDoesNotMatch',
    ],
    ['an added header', { tamper: (headers) => (headers['x-amz-acl'] = 'public-read') }, 403, 'AccessDenied'],
    ['a clock that is late', { now: Date.now() - 16 * 60_000 }, 403, 'RequestTimeTooSkewed'],
    ['no signature', { signed: false }, 403, 'AccessDenied'],
    [
      'frames without a length',
      { payload: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', body: '0\r\n\r\n' },
      411,
      'MissingContentLength',
    ],
    [
      'a trailer that lies',
      {
        payload: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
        headers: { 'x-amz-trailer': 'x-amz-checksum-crc32', 'x-amz-decoded-content-length': '5' },
        body: '5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n',
      },
      400,
      'BadDigest',
    ],
  ];

  it.each(cases)('%s: nothing is stored', async (_name, change, status, code) => {
    const answer = await rawCall({ port: door.port, ...put, ...change });
    expect([answer.status, /<Code>(.*)<\/Code>/.exec(answer.body)?.[1]]).toEqual([status, code]);
    expect(stored.size).toBe(0);
  });
});
