import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type DatabasePlace, describeEachDatabase } from '../../../testkit/contracts/each-database.ts';
import { TEST_ACCOUNT, TEST_SCOPE } from '../../../testkit/support/test-context.ts';
import { startTestKernel, type TestKernel } from '../../../testkit/support/test-kernel.ts';
import { beginBackup } from '../../kernel/keeping.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { collectBlobs } from './collector.ts';
import { createS3Room, type S3Room } from './index.ts';

describeEachDatabase('the collector of unused bytes', (newPlace) => {
  let place: DatabasePlace;
  let kernel: TestKernel;
  let s3: S3Room;
  const Bucket = 'collected';
  const put = (key: string, body: string) =>
    s3.putObject(TEST_ACCOUNT, { bucket: Bucket, key }, Buffer.from(body));
  const read = async (key: string) => text((await s3.getObject(TEST_ACCOUNT, { bucket: Bucket, key })).body);
  const remove = (key: string) => s3.deleteObject(TEST_ACCOUNT, { bucket: Bucket, key });
  const stored = async () => {
    let n = 0;
    for await (const blob of kernel.blobs.list()) if (blob.account.startsWith('s3-')) n++;
    return n;
  };
  // Blobs are a moment old at the least, so no grace at all needs a clock that is a moment ahead.
  const collect = (on: Kernel = kernel) => {
    const clock = { ...on.clock, wall: () => Date.now() + 1_000 };
    return collectBlobs({ ...on, clock }, { graceMs: 0 });
  };

  beforeEach(async () => {
    place = await newPlace();
    kernel = await place.openKernel();
    s3 = createS3Room(kernel);
    await startTestKernel(kernel, [s3]);
    await s3.ensureBucket(TEST_SCOPE, Bucket);
  });
  afterEach(async () => {
    await kernel.close();
    await place[Symbol.asyncDispose]();
  });

  test('what nothing refers to goes, what something refers to stays', async () => {
    await put('kept', 'kept');
    await put('twin', 'shared');
    await put('gone', 'gone');
    await put('half', 'shared');
    await remove('gone');
    await remove('half');
    await kernel.blobs.put(TEST_ACCOUNT, Buffer.from('of another room'));
    expect(await collect()).toEqual({ condemned: 1, removed: 1 });
    expect([await read('kept'), await read('twin')]).toEqual(['kept', 'shared']);
    expect(await stored()).toBe(2);
    let all = 0;
    for await (const _ of kernel.blobs.list()) all++;
    expect(all).toBe(3);
  });

  test('nothing goes before its time', async () => {
    await put('young', 'young');
    await remove('young');
    expect(await collectBlobs(kernel, { graceMs: 3_600_000 })).toEqual({ condemned: 0, removed: 0 });
    expect(await stored()).toBe(1);
  });

  test('bytes that are put again after they were marked stay', async () => {
    await put('back', 'again');
    await remove('back');
    const after = (ms: number) => ({ ...kernel, clock: { ...kernel.clock, wall: () => Date.now() + ms } });
    expect(await collectBlobs(after(1_000), { graceMs: 500 })).toEqual({ condemned: 1, removed: 0 });
    await put('back', 'again');
    expect(await collectBlobs(after(10_000), { graceMs: 500 })).toEqual({ condemned: 0, removed: 0 });
    expect(await read('back')).toBe('again');
  });

  test('nothing goes while a backup is written', async () => {
    await put('gone', 'gone');
    await remove('gone');
    const backup = await beginBackup(kernel.database);
    expect(await collect()).toEqual({ condemned: 1, removed: 0 });
    expect(await stored()).toBe(1);
    await backup?.end();
    expect(await collect()).toEqual({ condemned: 0, removed: 1 });
    expect(await stored()).toBe(0);
  });

  test('a process that dies while it removes leaves no row without bytes', async () => {
    for (const point of ['s3.collect:removing', 's3.collect:removed']) {
      await put('unlucky', point);
      await remove('unlucky');
      const dying = {
        ...kernel,
        failpoints: {
          hit(name: string) {
            if (name === point) throw new Error('killed');
          },
        },
      };
      await expect(collect(dying)).rejects.toThrow('killed');
      // Whoever puts the same bytes meanwhile is told to come again; nobody gets a promise that does not hold.
      await expect(put('unlucky', point)).rejects.toMatchObject({ code: 'SlowDown', status: 503 });
      await collect();
      const later = { ...kernel.clock, wall: () => Date.now() + 10_000 };
      const reopened = createS3Room({ ...kernel, clock: later });
      await reopened.putObject(TEST_ACCOUNT, { bucket: Bucket, key: 'unlucky' }, Buffer.from(point));
      expect(await read('unlucky')).toBe(point);
      await remove('unlucky');
      await collect();
    }
  });
});
