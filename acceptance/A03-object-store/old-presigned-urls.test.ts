import { createHmac } from 'node:crypto';
import { CreateBucketCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ClientConfig, openTestStore, type TestStore } from '../../testkit/support/test-store.ts';

/** A URL of Signature Version 2, which `aws s3 presign` of the aws CLI 1 makes for us-east-1. */
function presign(
  { endpoint, credentials }: ClientConfig,
  method: string,
  path: string,
  { seconds = 3600, signed = '', more = '' } = {},
): string {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const expires = Math.floor(Date.now() / 1000) + seconds;
  const token = sessionToken === undefined ? [] : [`x-amz-security-token:${sessionToken}`];
  const text = [method, '', '', expires, ...token, path + (signed && `?${signed}`)].join('\n');
  const signature = createHmac('sha1', secretAccessKey).update(text).digest('base64');
  const query = new URLSearchParams({ AWSAccessKeyId: accessKeyId, Signature: signature });
  if (sessionToken !== undefined) query.set('x-amz-security-token', sessionToken);
  query.set('Expires', String(expires));
  const extra = [signed, more].filter((part) => part !== '').map((part) => `&${part}`);
  return `${endpoint}${path}?${query}${extra.join('')}`;
}

const answerOf = async (url: string, init: RequestInit = {}) => {
  const response = await fetch(url, init);
  return { status: response.status, body: await response.text(), headers: response.headers };
};

describe('URLs presigned by the aws CLI 1 (A3.5, I9.1)', () => {
  let store: TestStore;
  let s3: S3Client;

  beforeAll(async () => {
    store = await openTestStore();
    s3 = new S3Client(store.client);
    await s3.send(new CreateBucketCommand({ Bucket: 'given-out' }));
  });
  afterAll(async () => {
    s3.destroy();
    await store[Symbol.asyncDispose]();
  });

  const KEY = '/given-out/a%20b/%C3%BC%2B.txt';

  test('store and fetch one object, and nothing else', async () => {
    const put = presign(store.client, 'PUT', KEY);
    // Bytes without a content type, as `curl --upload-file` sends them.
    expect(await answerOf(put, { method: 'PUT', body: Buffer.from('by url') })).toMatchObject({
      status: 200,
      body: '',
    });
    const object = await s3.send(new GetObjectCommand({ Bucket: 'given-out', Key: 'a b/ü+.txt' }));
    expect(await object.Body?.transformToString()).toBe('by url');

    const get = presign(store.client, 'GET', KEY);
    expect(await answerOf(get)).toMatchObject({ status: 200, body: 'by url' });
    const part = await answerOf(get, { headers: { range: 'bytes=3-' } });
    expect([part.status, part.body]).toEqual([206, 'url']);
    const override = { signed: 'response-content-type=text/csv' };
    const csv = await answerOf(presign(store.client, 'GET', KEY, override));
    expect([csv.body, csv.headers.get('content-type')]).toEqual(['by url', 'text/csv']);

    for (const [url, init] of [
      [get, { method: 'DELETE' }],
      [get, { method: 'PUT', body: Buffer.from('other') }],
      [get.replace('a%20b', 'a%20c'), {}],
      [`${get}&versionId=null`, {}],
      [put, { method: 'PUT', body: Buffer.from(''), headers: { 'x-amz-copy-source': 'given-out/x' } }],
    ] as const) {
      const refused = await answerOf(url, init);
      expect([refused.status, refused.body], url).toEqual([
        403,
        expect.stringContaining('<Code>SignatureDoesNotMatch</Code>'),
      ]);
    }
    expect((await answerOf(get)).body).toBe('by url');
  });

  test('cannot be made to list a bucket: what they do not sign is refused', async () => {
    const all = presign(store.client, 'GET', '/given-out');
    expect((await answerOf(all)).status).toBe(200);
    const narrowed = presign(store.client, 'GET', '/given-out', { more: 'list-type=2&prefix=a' });
    const refused = await answerOf(narrowed);
    expect([refused.status, refused.body]).toEqual([
      400,
      expect.stringContaining('does not cover list-type'),
    ]);
  });

  test('end at their time', async () => {
    const past = await answerOf(presign(store.client, 'GET', KEY, { seconds: -1 }));
    expect([past.status, past.body]).toEqual([
      403,
      expect.stringMatching(/<Code>AccessDenied<\/Code><Message>Request has expired<.*<Expires>/),
    ]);
    const month = await answerOf(presign(store.client, 'GET', KEY, { seconds: 30 * 86_400 }));
    expect([month.status, month.body]).toEqual([400, expect.stringContaining('less than a week')]);
  });

  test('work with temporary keys, and only with their own token', async () => {
    const sts = new STSClient(store.client);
    const { Credentials } = await sts.send(new GetSessionTokenCommand({}));
    sts.destroy();
    const session = {
      accessKeyId: Credentials?.AccessKeyId as string,
      secretAccessKey: Credentials?.SecretAccessKey as string,
      sessionToken: Credentials?.SessionToken as string,
    };
    const as = (credentials: ClientConfig['credentials']) => ({ ...store.client, credentials });
    await answerOf(presign(as(session), 'PUT', '/given-out/s'), { method: 'PUT', body: Buffer.from('s') });
    expect((await answerOf(presign(as(session), 'GET', '/given-out/s'))).body).toBe('s');
    const { sessionToken: _, ...without } = session;
    const refused = await answerOf(presign(as(without), 'GET', '/given-out/s'));
    expect([refused.status, refused.body]).toEqual([403, expect.stringContaining('InvalidAccessKeyId')]);
  });

  test('are for the object store alone', async () => {
    const url = presign(store.client, 'POST', '/').replace(
      '?',
      '?Action=GetCallerIdentity&Version=2011-06-15&',
    );
    const refused = await answerOf(url, { method: 'POST' });
    expect([refused.status, refused.body]).toEqual([400, expect.stringContaining('does not cover Action')]);
    const aimed = await answerOf(presign(store.client, 'POST', '/'), {
      method: 'POST',
      body: '{}',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'CodePipeline_20150709.ListPipelines',
      },
    });
    expect([aimed.status, aimed.body]).toEqual([400, expect.stringContaining('InvalidSignatureException')]);
  });
});
