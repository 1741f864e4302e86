import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
  type S3ServiceException,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DatabasePlace, describeEachDatabase } from '../../testkit/contracts/each-database.ts';
import { openTestStore, type TestStore } from '../../testkit/support/test-store.ts';

describeEachDatabase('versions of objects (A3.1)', (newPlace) => {
  let place: DatabasePlace;
  let store: TestStore;
  let s3: S3Client;

  beforeAll(async () => {
    place = await newPlace();
    store = await openTestStore(place);
    s3 = new S3Client(store.client);
  });
  afterAll(async () => {
    s3.destroy();
    await store[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
  });
  const newBucket = async (Bucket: string, Status?: 'Enabled') => {
    await s3.send(new CreateBucketCommand({ Bucket }));
    if (Status)
      await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));
  };
  const put = async (Bucket: string, Key: string, Body: string) =>
    (await s3.send(new PutObjectCommand({ Bucket, Key, Body }))).VersionId;
  const read = async (Bucket: string, Key: string, VersionId?: string) => {
    const got = await s3.send(new GetObjectCommand({ Bucket, Key, VersionId }));
    return [await got.Body?.transformToString(), got.VersionId];
  };
  const refused = (promise: Promise<unknown>) =>
    promise.then(
      () => 'not refused',
      (error: S3ServiceException) => error.name,
    );

  test('each put has a new id; a delete hides, and what it did can be undone', async () => {
    const Bucket = 'versions-one';
    await newBucket(Bucket, 'Enabled');
    const one = await put(Bucket, 'k', 'one');
    const two = await put(Bucket, 'k', 'two');
    expect(await read(Bucket, 'k')).toEqual(['two', two]);
    expect(await read(Bucket, 'k', one)).toEqual(['one', one]);
    const marker = await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    expect(marker.DeleteMarker).toBe(true);
    expect(await refused(read(Bucket, 'k'))).toBe('NoSuchKey');
    expect(await refused(read(Bucket, 'k', marker.VersionId))).toBe('MethodNotAllowed');
    expect((await s3.send(new ListObjectsV2Command({ Bucket }))).KeyCount).toBe(0);
    const listed = await s3.send(new ListObjectVersionsCommand({ Bucket }));
    expect(listed.Versions?.map((v) => [v.VersionId, v.IsLatest])).toEqual([
      [two, false],
      [one, false],
    ]);
    expect(listed.DeleteMarkers?.map((v) => [v.VersionId, v.IsLatest])).toEqual([[marker.VersionId, true]]);
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId: marker.VersionId }));
    expect(await read(Bucket, 'k')).toEqual(['two', two]);
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId: two }));
    expect(await read(Bucket, 'k')).toEqual(['one', one]);
    expect(await refused(read(Bucket, 'k', two))).toBe('NoSuchVersion');
  });

  test('without versioning the null version is replaced; enabling keeps it, suspending brings it back', async () => {
    const Bucket = 'versions-null';
    await newBucket(Bucket);
    expect((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBeUndefined();
    expect(await put(Bucket, 'k', 'plain')).toBeUndefined();
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    const kept = await put(Bucket, 'k', 'kept');
    expect(await read(Bucket, 'k', 'null')).toEqual(['plain', 'null']);
    await s3.send(
      new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Suspended' } }),
    );
    await put(Bucket, 'k', 'suspended');
    expect(await read(Bucket, 'k', 'null')).toEqual(['suspended', 'null']);
    expect(await read(Bucket, 'k', kept)).toEqual(['kept', kept]);
    const marker = await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    expect(marker).toMatchObject({ DeleteMarker: true, VersionId: 'null' });
    const listed = await s3.send(new ListObjectVersionsCommand({ Bucket }));
    expect(listed.Versions?.map((v) => v.VersionId)).toEqual([kept]);
    expect((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe('Suspended');
  });

  test('a bucket goes only when every version is gone; they can be deleted page by page', async () => {
    const Bucket = 'versions-empty';
    await newBucket(Bucket, 'Enabled');
    for (const body of ['1', '2', '3']) for (const key of ['a', 'b']) await put(Bucket, key, body);
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    expect(await refused(s3.send(new DeleteBucketCommand({ Bucket })))).toBe('BucketNotEmpty');
    let KeyMarker: string | undefined;
    let VersionIdMarker: string | undefined;
    let gone = 0;
    do {
      const page = await s3.send(
        new ListObjectVersionsCommand({ Bucket, MaxKeys: 2, KeyMarker, VersionIdMarker }),
      );
      const Objects = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].map(({ Key, VersionId }) => ({
        Key,
        VersionId,
      }));
      gone += Objects.length;
      await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
      ({ NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = page);
    } while (KeyMarker);
    expect(gone).toBe(7);
    await s3.send(new DeleteBucketCommand({ Bucket }));
    expect(await refused(s3.send(new ListObjectVersionsCommand({ Bucket })))).toBe('NoSuchBucket');
  });
});
