import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { ZipFile } from 'yazl';
import { TEST_ACCOUNT, TEST_SCOPE } from '../../../../testkit/support/test-context.ts';
import { openTestKernel, startTestKernel } from '../../../../testkit/support/test-kernel.ts';
import { createS3Room } from '../../s3/index.ts';
import type { Job } from './provider.ts';
import { s3Deploy } from './s3-deploy.ts';

test('an artifact that unpacks to far more than its size fails the action and fills nothing', async () => {
  await using kernel = await openTestKernel();
  const s3 = createS3Room(kernel);
  await startTestKernel(kernel, [s3]);
  await s3.ensureBucket(TEST_SCOPE, 'artifacts');
  await s3.ensureBucket(TEST_SCOPE, 'site');
  const bomb = new ZipFile();
  bomb.addBuffer(Buffer.alloc(70 * 2 ** 20), 'zeros');
  bomb.end();
  const input = { name: 'Code', bucket: 'artifacts', key: 'code.zip' };
  await s3.putObject(TEST_ACCOUNT, input, await buffer(bomb.outputStream));
  const job = {
    key: 'a-1',
    scope: TEST_SCOPE,
    home: TEST_SCOPE,
    configuration: { BucketName: 'site', Extract: 'true' },
    inputs: [{ ...input, revisionId: undefined }],
    signal: new AbortController().signal,
  } as unknown as Job;
  await expect(s3Deploy({ s3, dataDir: kernel.dataDir }).start(job)).rejects.toMatchObject({
    name: 'ActionFailure',
    code: 'JobFailed',
    message: expect.stringContaining('times its size'),
  });
  await expect(s3.headObject(TEST_ACCOUNT, { bucket: 'site', key: 'zeros' })).rejects.toMatchObject({
    code: 'NoSuchKey',
  });
});
