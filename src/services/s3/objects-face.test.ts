import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TEST_ACCOUNT, TEST_SCOPE } from '../../../testkit/support/test-context.ts';
import { openTestKernel, startTestKernel, type TestKernel } from '../../../testkit/support/test-kernel.ts';
import type { OutboxEvent } from '../../kernel/outbox/port.ts';
import { createS3Room, type S3Room } from './index.ts';

let kernel: TestKernel;
let s3: S3Room;
let events: OutboxEvent[];
beforeEach(async () => {
  kernel = await openTestKernel();
  s3 = createS3Room(kernel);
  events = [];
  kernel.outbox.subscribe(async (_tx, event) => void events.push(event));
  await startTestKernel(kernel, [s3]);
});
afterEach(() => kernel[Symbol.asyncDispose]());

test('another room puts, reads and deletes objects', async () => {
  await s3.ensureBucket(TEST_SCOPE, 'artifacts');
  await s3.ensureBucket(TEST_SCOPE, 'artifacts');
  const put = await s3.putObject(
    TEST_ACCOUNT,
    { bucket: 'artifacts', key: 'a/../b' },
    Readable.from(['he', 'llo']),
    {
      contentType: 'text/plain',
      metadata: { origin: 'test' },
    },
  );
  expect(put).toMatchObject({ size: 5, eTag: '5d41402abc4b2a76b9719d911017c592', versionId: undefined });
  const got = await s3.getObject(TEST_ACCOUNT, { bucket: 'artifacts', key: 'a/../b' });
  expect(await text(got.body)).toBe('hello');
  expect(got).toMatchObject({ contentType: 'text/plain', metadata: { origin: 'test' } });
  await s3.deleteObject(TEST_ACCOUNT, { bucket: 'artifacts', key: 'a/../b' });
  await expect(s3.headObject(TEST_ACCOUNT, { bucket: 'artifacts', key: 'a/../b' })).rejects.toMatchObject({
    code: 'NoSuchKey',
    status: 404,
  });
});

test('a versioned bucket keeps every put, and each can be read by its id (A3.1)', async () => {
  await s3.ensureBucket(TEST_SCOPE, 'versioned', { versioned: true });
  const address = { bucket: 'versioned', key: 'k' };
  const one = await s3.putObject(TEST_ACCOUNT, address, Buffer.from('one'));
  const two = await s3.putObject(TEST_ACCOUNT, address, Buffer.from('two'));
  expect(one.versionId).toMatch(/^[\w-]{32}$/);
  expect(two.versionId).not.toBe(one.versionId);
  expect(await text((await s3.getObject(TEST_ACCOUNT, address)).body)).toBe('two');
  const old = await s3.getObject(TEST_ACCOUNT, { ...address, versionId: one.versionId as string });
  expect(await text(old.body)).toBe('one');
  await s3.deleteObject(TEST_ACCOUNT, address);
  await expect(s3.headObject(TEST_ACCOUNT, address)).rejects.toMatchObject({ code: 'NoSuchKey' });
  expect(await s3.headObject(TEST_ACCOUNT, { ...address, versionId: two.versionId as string })).toMatchObject(
    { size: 3 },
  );
});

test('buckets of other accounts are closed, and their names taken', async () => {
  await s3.ensureBucket(TEST_SCOPE, 'mine-only');
  await expect(
    s3.putObject('222222222222', { bucket: 'mine-only', key: 'x' }, Buffer.from('')),
  ).rejects.toMatchObject({
    code: 'AccessDenied',
    status: 403,
  });
  await expect(
    s3.ensureBucket({ account: '222222222222', region: 'us-east-1' }, 'mine-only'),
  ).rejects.toMatchObject({ code: 'BucketAlreadyExists' });
  await expect(s3.headObject(TEST_ACCOUNT, { bucket: 'nobodys', key: 'x' })).rejects.toMatchObject({
    code: 'NoSuchBucket',
  });
});

test('each put and each delete emits an event in the shape of EventBridge (A3.2)', async () => {
  await s3.ensureBucket(TEST_SCOPE, 'src-local', { versioned: true });
  const address = { bucket: 'src-local', key: 'source.zip' };
  const put = await s3.putObject(TEST_ACCOUNT, address, Buffer.alloc(1024));
  await s3.deleteObject(TEST_ACCOUNT, address);
  await expect.poll(() => events.length).toBe(2);
  expect(events[0]).toMatchObject({
    source: 'aws.s3',
    detailType: 'Object Created',
    scope: TEST_SCOPE,
    resources: ['arn:aws:s3:::src-local'],
    detail: {
      bucket: { name: 'src-local' },
      object: { key: 'source.zip', size: 1024, etag: put.eTag, 'version-id': put.versionId },
      reason: 'PutObject',
    },
  });
  expect(events[1]).toMatchObject({
    detailType: 'Object Deleted',
    detail: { object: { key: 'source.zip' }, 'deletion-type': 'Delete Marker Created' },
  });
});

test('equal bytes under two keys are stored once and read alike', async () => {
  await s3.ensureBucket(TEST_SCOPE, 'twins');
  const bytes = Buffer.alloc(700_000, 7);
  for (const key of ['a', 'b']) await s3.putObject(TEST_ACCOUNT, { bucket: 'twins', key }, bytes);
  await s3.deleteObject(TEST_ACCOUNT, { bucket: 'twins', key: 'a' });
  const found = await s3.getObject(TEST_ACCOUNT, { bucket: 'twins', key: 'b' });
  expect((await buffer(found.body)).equals(bytes)).toBe(true);
});
