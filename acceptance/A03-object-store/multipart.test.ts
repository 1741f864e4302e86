import { createHash, randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  type S3ServiceException,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { type DatabasePlace, describeEachDatabase } from '../../testkit/contracts/each-database.ts';
import { openTestStore, type TestStore } from '../../testkit/support/test-store.ts';

const MIB = 1024 * 1024;
const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail('this should have been refused'),
    (error: S3ServiceException) => error.name,
  );

describeEachDatabase('multipart uploads (A3)', (newPlace) => {
  let place: DatabasePlace;
  let store: TestStore;
  let s3: S3Client;
  const Bucket = 'multipart';
  const begin = async (Key: string, more: object = {}) =>
    (await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }))).UploadId as string;
  const upload = (Key: string, UploadId: string, PartNumber: number, Body: Uint8Array, more: object = {}) =>
    s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body, ...more }));
  const complete = (Key: string, UploadId: string, Parts: object[], more: object = {}) =>
    s3.send(
      new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts }, ...more }),
    );

  beforeAll(async () => {
    place = await newPlace();
    store = await openTestStore(place);
    s3 = new S3Client(store.client);
    await s3.send(new CreateBucketCommand({ Bucket }));
  });
  afterAll(async () => {
    s3.destroy();
    await store[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
  });

  test('parts in any order make one object, read whole, in ranges and by part', async () => {
    const parts = [randomBytes(5 * MIB), randomBytes(5 * MIB), randomBytes(123)];
    const whole = Buffer.concat(parts);
    const Key = 'big';
    const UploadId = await begin(Key, { ContentType: 'application/x-big', Metadata: { a: 'b' } });
    const named: { PartNumber: number; ETag: string | undefined }[] = [];
    for (const n of [2, 0, 1]) {
      const { ETag } = await upload(Key, UploadId, n + 1, parts[n] as Buffer);
      named.push({ PartNumber: n + 1, ETag });
    }
    await upload(Key, UploadId, 9, Buffer.from('never named'));
    const inOrder = named.toSorted((a, b) => a.PartNumber - b.PartNumber);
    expect(await refusal(complete(Key, UploadId, named))).toBe('InvalidPartOrder');
    expect(await refusal(complete(Key, UploadId, [{ ...inOrder[0], ETag: '"wrong"' }]))).toBe('InvalidPart');
    const done = await complete(Key, UploadId, inOrder);
    const md5s = Buffer.concat(parts.map((part) => createHash('md5').update(part).digest()));
    expect(done.ETag).toBe(`"${createHash('md5').update(md5s).digest('hex')}-3"`);
    // A client that has not heard the answer asks again.
    expect((await complete(Key, UploadId, inOrder)).ETag).toBe(done.ETag);

    const got = await s3.send(new GetObjectCommand({ Bucket, Key }));
    expect(got).toMatchObject({
      ContentLength: whole.length,
      ContentType: 'application/x-big',
      Metadata: { a: 'b' },
    });
    expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(whole)).toBe(true);
    const from = 5 * MIB - 3;
    const over = await s3.send(new GetObjectCommand({ Bucket, Key, Range: `bytes=${from}-${from + 9}` }));
    expect(Buffer.from((await over.Body?.transformToByteArray()) ?? [])).toEqual(
      whole.subarray(from, from + 10),
    );
    const second = await s3.send(new GetObjectCommand({ Bucket, Key, PartNumber: 3 }));
    expect(second).toMatchObject({ PartsCount: 3, ContentLength: 123, $metadata: { httpStatusCode: 206 } });
    expect(Buffer.from((await second.Body?.transformToByteArray()) ?? []).equals(parts[2] as Buffer)).toBe(
      true,
    );

    // A copy stays whole when its source is gone.
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'big-copy', CopySource: `${Bucket}/${Key}` }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key }));
    const copy = await s3.send(new GetObjectCommand({ Bucket, Key: 'big-copy' }));
    expect(Buffer.from((await copy.Body?.transformToByteArray()) ?? []).equals(whole)).toBe(true);
    await expect
      .poll(() => store.events.map(({ detail }) => (detail as { reason: string }).reason))
      .toEqual(expect.arrayContaining(['CompleteMultipartUpload', 'CopyObject', 'DeleteObject']));
  });

  test('only the last part may be small', async () => {
    const UploadId = await begin('small');
    const named = [];
    for (const PartNumber of [1, 2]) {
      const { ETag } = await upload('small', UploadId, PartNumber, Buffer.from('tiny'));
      named.push({ PartNumber, ETag });
    }
    expect(await refusal(complete('small', UploadId, named))).toBe('EntityTooSmall');
    expect(await refusal(complete('small', UploadId, []))).toBe('MalformedXML');
    await complete('small', UploadId, named.slice(1));
    expect(await s3.send(new HeadObjectCommand({ Bucket, Key: 'small' }))).toMatchObject({
      ContentLength: 4,
    });
  });

  test('uploads and parts are listed; an aborted upload is gone', async () => {
    const ids = [await begin('list/a'), await begin('list/b'), await begin('list/b')];
    for (const n of [1, 2, 3]) await upload('list/a', ids[0] as string, n, Buffer.from(`part ${n}`));
    const first = await s3.send(new ListMultipartUploadsCommand({ Bucket, Prefix: 'list/', MaxUploads: 2 }));
    expect(first.Uploads?.map(({ Key }) => Key)).toEqual(['list/a', 'list/b']);
    const second = await s3.send(
      new ListMultipartUploadsCommand({
        Bucket,
        Prefix: 'list/',
        KeyMarker: first.NextKeyMarker,
        UploadIdMarker: first.NextUploadIdMarker,
      }),
    );
    const seen = [...(first.Uploads ?? []), ...(second.Uploads ?? [])].map(({ UploadId }) => UploadId);
    expect(seen.toSorted()).toEqual(ids.toSorted());
    const address = { Bucket, Key: 'list/a', UploadId: ids[0] };
    const page = await s3.send(new ListPartsCommand({ ...address, MaxParts: 2 }));
    expect(page.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
      [1, 6],
      [2, 6],
    ]);
    const rest = await s3.send(
      new ListPartsCommand({ ...address, PartNumberMarker: page.NextPartNumberMarker }),
    );
    expect(rest.Parts?.map(({ PartNumber }) => PartNumber)).toEqual([3]);
    await s3.send(new AbortMultipartUploadCommand(address));
    expect(await refusal(s3.send(new ListPartsCommand(address)))).toBe('NoSuchUpload');
    expect(await refusal(upload('list/a', ids[0] as string, 1, Buffer.from('x')))).toBe('NoSuchUpload');
  });

  test('the checksum of the whole follows from those of the parts', async () => {
    const parts = [randomBytes(5 * MIB), randomBytes(1000)];
    const base64 = (crc: number) => Buffer.from(crc.toString(16).padStart(8, '0'), 'hex').toString('base64');
    const made = async (Key: string, ChecksumType: 'COMPOSITE' | 'FULL_OBJECT', more: object = {}) => {
      const UploadId = await begin(Key, { ChecksumAlgorithm: 'CRC32', ChecksumType });
      const named = [];
      for (const [n, part] of parts.entries()) {
        const answer = await upload(Key, UploadId, n + 1, part, { ChecksumAlgorithm: 'CRC32' });
        expect(answer.ChecksumCRC32).toBe(base64(crc32(part)));
        named.push({ PartNumber: n + 1, ETag: answer.ETag, ChecksumCRC32: answer.ChecksumCRC32 });
      }
      return complete(Key, UploadId, named, more);
    };
    const whole = base64(crc32(Buffer.concat(parts)));
    expect((await made('sum/full', 'FULL_OBJECT', { ChecksumCRC32: whole })).ChecksumCRC32).toBe(whole);
    expect(await refusal(made('sum/wrong', 'FULL_OBJECT', { ChecksumCRC32: base64(1) }))).toBe('BadDigest');
    const sums = Buffer.concat(parts.map((part) => Buffer.from(base64(crc32(part)), 'base64')));
    expect((await made('sum/parts', 'COMPOSITE')).ChecksumCRC32).toBe(`${base64(crc32(sums))}-2`);
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'sum/full', ChecksumMode: 'ENABLED' }));
    expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(Buffer.concat(parts))).toBe(
      true,
    );
    const attributes = await s3.send(
      new GetObjectAttributesCommand({
        Bucket,
        Key: 'sum/parts',
        ObjectAttributes: ['ObjectParts', 'Checksum'],
      }),
    );
    expect(attributes.ObjectParts).toMatchObject({
      TotalPartsCount: 2,
      Parts: [{ PartNumber: 1 }, { Size: 1000 }],
    });
  });

  test('a part can be a range of another object', async () => {
    await s3.send(new PutObjectCommand({ Bucket, Key: 'from', Body: '0123456789' }));
    const UploadId = await begin('put-together');
    const copy = (PartNumber: number, CopySourceRange?: string) =>
      s3.send(
        new UploadPartCopyCommand({
          Bucket,
          Key: 'put-together',
          UploadId,
          PartNumber,
          CopySource: `/${Bucket}/from`,
          CopySourceRange,
        }),
      );
    expect(await refusal(copy(1, 'bytes=5-50'))).toBe('InvalidArgument');
    const part = await copy(1, 'bytes=2-5');
    await complete('put-together', UploadId, [{ PartNumber: 1, ETag: part.CopyPartResult?.ETag }]);
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'put-together' }));
    expect(await got.Body?.transformToString()).toBe('2345');
  });

  test('a part that is refused closes the object it was to be copied from', async () => {
    await s3.send(new PutObjectCommand({ Bucket, Key: 'from', Body: '0123456789' }));
    const get = vi.spyOn(store.kernel.blobs, 'get');
    onTestFinished(() => get.mockRestore());
    const part = { Bucket, Key: 'nowhere', UploadId: 'none', PartNumber: 1, CopySource: `/${Bucket}/from` };
    expect(await refusal(s3.send(new UploadPartCopyCommand(part)))).toBe('NoSuchUpload');
    const opened = await Promise.all(get.mock.results.map(({ value }) => value as Promise<Readable>));
    expect(opened.map(({ destroyed }) => destroyed)).toEqual([true]);
  });
});
