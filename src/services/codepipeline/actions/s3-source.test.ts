import type { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { TEST_ACCOUNT, TEST_SCOPE } from '../../../../testkit/support/test-context.ts';
import { openTestKernel, startTestKernel } from '../../../../testkit/support/test-kernel.ts';
import { createS3Room, type S3Room } from '../../s3/index.ts';
import type { Job } from './provider.ts';
import { s3Source } from './s3-source.ts';

const jobFor = (source: string, store: string) =>
  ({
    key: 'a-1',
    scope: TEST_SCOPE,
    home: TEST_SCOPE,
    configuration: { S3Bucket: source, S3ObjectKey: 'in.zip' },
    outputs: [{ name: 'Code', bucket: store, key: 'p/Code/1' }],
    signal: new AbortController().signal,
  }) as unknown as Job;

test('says which bucket is missing, the one of the source or that of the artifacts, and closes what it read (A3.6)', async () => {
  await using kernel = await openTestKernel();
  const s3 = createS3Room(kernel);
  await startTestKernel(kernel, [s3]);
  await s3.ensureBucket(TEST_SCOPE, 'source');
  await s3.putObject(TEST_ACCOUNT, { bucket: 'source', key: 'in.zip' }, Buffer.alloc(3 * 2 ** 20));
  const opened: Readable[] = [];
  const watched: S3Room = {
    ...s3,
    async getObject(...asked) {
      const found = await s3.getObject(...asked);
      opened.push(found.body);
      return found;
    },
  };
  const provider = s3Source({ s3: watched });

  await expect(provider.start(jobFor('source', 'store-that-is-gone'))).rejects.toMatchObject({
    name: 'ActionFailure',
    code: 'ConfigurationError',
    message: expect.stringMatching(/^NoSuchBucket: .*p\/Code\/1 .*written to the bucket store-that-is-gone/),
  });
  // A stream that nobody reads keeps its file open until the garbage collector finds it.
  expect(opened.map(({ destroyed }) => destroyed)).toEqual([true]);

  await expect(provider.start(jobFor('source-that-is-gone', 'source'))).rejects.toMatchObject({
    code: 'RevisionUnavailable',
    message: expect.stringMatching(/in\.zip cannot be read from the bucket source-that-is-gone/),
  });
  await expect(provider.start(jobFor('source', 'source'))).resolves.toMatchObject({ kind: 'finished' });
});
