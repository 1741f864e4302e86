import { createHash } from 'node:crypto';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DatabasePlace, describeEachDatabase } from '../../testkit/contracts/each-database.ts';
import { openTestStore, type TestStore } from '../../testkit/support/test-store.ts';

describeEachDatabase('objects through the SDK (A3)', (newPlace) => {
  let place: DatabasePlace;
  let store: TestStore;
  let s3: S3Client;
  const Bucket = 'objects';
  const put = (Key: string, Body: string | Uint8Array = Key, more: object = {}) =>
    s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
  const failure = (promise: Promise<unknown>) =>
    promise.then(
      () => expect.fail('this should have been refused'),
      (error: S3ServiceException) => error,
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

  test('an object comes back with its bytes, headers, metadata and ETag', async () => {
    const Body = Buffer.from('größer als nichts');
    const answer = await put('a/b.txt', Body, {
      ContentType: 'text/plain; charset=utf-8',
      CacheControl: 'no-cache',
      ContentDisposition: 'attachment',
      ContentLanguage: 'de',
      Expires: new Date('2030-01-01T00:00:00Z'),
      Metadata: { Origin: 'test' },
    });
    const eTag = `"${createHash('md5').update(Body).digest('hex')}"`;
    expect(answer).toMatchObject({ ETag: eTag, ServerSideEncryption: 'AES256' });
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'a/b.txt' }));
    expect(Buffer.from((await got.Body?.transformToByteArray()) ?? [])).toEqual(Body);
    expect(got).toMatchObject({
      ETag: eTag,
      ContentLength: Body.length,
      ContentType: 'text/plain; charset=utf-8',
      CacheControl: 'no-cache',
      ContentDisposition: 'attachment',
      ContentLanguage: 'de',
      Metadata: { origin: 'test' },
      AcceptRanges: 'bytes',
    });
    expect(got.ExpiresString).toBe('Tue, 01 Jan 2030 00:00:00 GMT');
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'a/b.txt' }));
    expect(head).toMatchObject({ ETag: eTag, ContentLength: Body.length, Metadata: { origin: 'test' } });
    const other = await s3.send(
      new GetObjectCommand({
        Bucket,
        Key: 'a/b.txt',
        ResponseContentType: 'text/html',
        ResponseCacheControl: 'x',
      }),
    );
    expect(other).toMatchObject({ ContentType: 'text/html', CacheControl: 'x' });
    other.Body?.transformToString();
  });

  test('keys are names: dots, slashes, blanks and every letter', async () => {
    const keys = [
      '../up',
      './here',
      'a//b',
      '/abs',
      'a b+c&d=e?f#g%h',
      'größe/日本/🚀',
      "it's*(fine)!",
      'x'.repeat(1024),
    ];
    for (const key of keys) {
      await put(`k/${key}`.slice(0, 1024), key);
      const got = await s3.send(new GetObjectCommand({ Bucket, Key: `k/${key}`.slice(0, 1024) }));
      expect(await got.Body?.transformToString()).toBe(key);
    }
    const listed = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'k/' }));
    expect(new Set(listed.Contents?.map(({ Key }) => Key))).toEqual(
      new Set(keys.map((key) => `k/${key}`.slice(0, 1024))),
    );
    expect(await failure(put('y'.repeat(1025)))).toMatchObject({ name: 'KeyTooLongError' });
  });

  test('what is missing is a typed error with its name (A3.13)', async () => {
    expect(await failure(s3.send(new GetObjectCommand({ Bucket, Key: 'none' })))).toMatchObject({
      name: 'NoSuchKey',
      $metadata: { httpStatusCode: 404 },
    });
    expect(await failure(s3.send(new HeadObjectCommand({ Bucket, Key: 'none' })))).toMatchObject({
      name: 'NotFound',
    });
    const none = 'no-such-bucket-here';
    expect(await failure(s3.send(new GetObjectCommand({ Bucket: none, Key: 'x' })))).toMatchObject({
      name: 'NoSuchBucket',
    });
    // Deleting what is not there is no error.
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'none' }));
  });

  test('ranges: the middle, the tail, beyond the end, several', async () => {
    await put('ranged', '0123456789');
    const range = async (Range: string) => {
      const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'ranged', Range }));
      return [got.$metadata.httpStatusCode, await got.Body?.transformToString(), got.ContentRange];
    };
    expect(await range('bytes=2-4')).toEqual([206, '234', 'bytes 2-4/10']);
    expect(await range('bytes=7-')).toEqual([206, '789', 'bytes 7-9/10']);
    expect(await range('bytes=-3')).toEqual([206, '789', 'bytes 7-9/10']);
    expect(await range('bytes=5-100')).toEqual([206, '56789', 'bytes 5-9/10']);
    expect(await range('bytes=0-1,4-5')).toEqual([200, '0123456789', undefined]);
    expect(await failure(range('bytes=10-11'))).toMatchObject({
      name: 'InvalidRange',
      $metadata: { httpStatusCode: 416 },
    });
  });

  test('conditions on reading: 304 and 412', async () => {
    const { ETag } = await put('conditional', 'v1');
    const get = (more: object) => s3.send(new GetObjectCommand({ Bucket, Key: 'conditional', ...more }));
    await expect(get({ IfMatch: ETag })).resolves.toMatchObject({ ETag });
    expect(await failure(get({ IfMatch: '"other"' }))).toMatchObject({ name: 'PreconditionFailed' });
    expect(await failure(get({ IfNoneMatch: ETag }))).toMatchObject({ $metadata: { httpStatusCode: 304 } });
    const url = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'conditional' }));
    const raw = await fetch(url, { headers: { 'If-None-Match': ETag as string } });
    expect([raw.status, raw.headers.get('etag'), await raw.text()]).toEqual([304, ETag, '']);
    const past = new Date(store.kernel.clock.now() - 3_600_000);
    const future = new Date(store.kernel.clock.now() + 3_600_000);
    await expect(get({ IfModifiedSince: past })).resolves.toMatchObject({ ETag });
    expect(await failure(get({ IfModifiedSince: future }))).toMatchObject({
      $metadata: { httpStatusCode: 304 },
    });
    expect(await failure(get({ IfUnmodifiedSince: past }))).toMatchObject({ name: 'PreconditionFailed' });
  });

  test('of many writers that want to be the first, one is', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        put('first', String(n), { IfNoneMatch: '*' }).then(
          () => 'won',
          (error: S3ServiceException) => error.name,
        ),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === 'won')).toHaveLength(1);
    expect(new Set(outcomes)).toEqual(new Set(['won', 'PreconditionFailed']));
    const { ETag } = await put('swap', 'a');
    await put('swap', 'b', { IfMatch: ETag });
    expect(await failure(put('swap', 'c', { IfMatch: ETag }))).toMatchObject({ name: 'PreconditionFailed' });
    expect(await failure(put('swapless', 'c', { IfMatch: ETag }))).toMatchObject({ name: 'NoSuchKey' });
  });

  test('announced digests are verified, checksums are kept and told', async () => {
    const md5 = (text: string) => createHash('md5').update(text).digest('base64');
    await put('digest', 'abc', { ContentMD5: md5('abc') });
    expect(await failure(put('digest', 'abc', { ContentMD5: md5('abd') }))).toMatchObject({
      name: 'BadDigest',
    });
    expect(await failure(put('digest', 'abc', { ChecksumSHA256: `${'A'.repeat(43)}=` }))).toMatchObject({
      $metadata: { httpStatusCode: 400 },
    });
    for (const ChecksumAlgorithm of ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const) {
      const key = `sum-${ChecksumAlgorithm}`;
      const answer = await put(key, 'abc', { ChecksumAlgorithm });
      const told = await s3.send(new GetObjectCommand({ Bucket, Key: key, ChecksumMode: 'ENABLED' }));
      const member = `Checksum${ChecksumAlgorithm}` as const;
      expect(told[member], ChecksumAlgorithm).toMatch(/=$|[A-Za-z0-9+/]$/);
      expect(answer[member]).toBe(told[member]);
      // The client compares the bytes with it.
      expect(await told.Body?.transformToString()).toBe('abc');
      const attributes = await s3.send(
        new GetObjectAttributesCommand({
          Bucket,
          Key: key,
          ObjectAttributes: ['Checksum', 'ObjectSize', 'ETag'],
        }),
      );
      expect(attributes).toMatchObject({ ObjectSize: 3, Checksum: { [member]: told[member] } });
    }
  });

  test('listing page by page, with prefixes rolled up, in both versions', async () => {
    const keys = ['l/a', 'l/b/1', 'l/b/2', 'l/c/1', 'l/d', 'l/é', 'l/\u{1f680}'];
    for (const key of keys) await put(key);
    const collect = async (MaxKeys: number) => {
      const seen: string[] = [];
      let ContinuationToken: string | undefined;
      do {
        const page = await s3.send(
          new ListObjectsV2Command({
            Bucket,
            Prefix: 'l/',
            Delimiter: '/',
            MaxKeys,
            ContinuationToken,
            EncodingType: 'url',
          }),
        );
        expect(page.KeyCount).toBeLessThanOrEqual(MaxKeys);
        seen.push(...(page.Contents ?? []).map(({ Key }) => decodeURIComponent(Key as string)));
        seen.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => decodeURIComponent(Prefix as string)));
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken);
      return seen;
    };
    const wanted = new Set(['l/a', 'l/b/', 'l/c/', 'l/d', 'l/é', 'l/\u{1f680}']);
    for (const size of [1, 2, 3, 100]) {
      const seen = await collect(size);
      expect(seen, `pages of ${size}`).toHaveLength(wanted.size);
      expect(new Set(seen)).toEqual(wanted);
    }
    const after = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'l/', StartAfter: 'l/b/1' }));
    expect(after.Contents?.map(({ Key }) => Key)).toEqual(['l/b/2', 'l/c/1', 'l/d', 'l/é', 'l/\u{1f680}']);
    const old = await s3.send(new ListObjectsCommand({ Bucket, Prefix: 'l/', Delimiter: '/', MaxKeys: 2 }));
    expect(old).toMatchObject({ IsTruncated: true, NextMarker: 'l/b/' });
    const rest = await s3.send(
      new ListObjectsCommand({ Bucket, Prefix: 'l/', Delimiter: '/', Marker: old.NextMarker }),
    );
    expect(rest.CommonPrefixes).toEqual([{ Prefix: 'l/c/' }]);
    expect(
      await failure(s3.send(new ListObjectsV2Command({ Bucket, ContinuationToken: 'made up' }))),
    ).toMatchObject({ name: 'InvalidArgument' });
  });

  test('what is said about the content may be outside of ASCII', async () => {
    // Node sends the headers as UTF-8 in front of a text and as Latin-1 in front of bytes.
    for (const [key, body] of Object.entries({ text: 'x', bytes: Buffer.from('x') })) {
      await put(key, body, { Metadata: { name: 'voil\u00e0' }, CacheControl: 'x="ü"' });
      const head = await s3.send(new HeadObjectCommand({ Bucket, Key: key }));
      expect(head.Metadata, key).toEqual({
        name: `=?UTF-8?B?${Buffer.from('voil\u00e0').toString('base64')}?=`,
      });
      expect(Buffer.from(head.CacheControl ?? '', 'latin1').toString(), key).toBe('x="ü"');
    }
  });

  test('copies keep or replace what is said about the content', async () => {
    await put('source +ü', 'copy me', { ContentType: 'text/x', Metadata: { a: '1' }, Tagging: 'k=v' });
    const CopySource = `${Bucket}/${encodeURIComponent('source +ü')}`;
    const copy = (Key: string, more: object = {}) =>
      s3.send(new CopyObjectCommand({ Bucket, Key, CopySource, ...more }));
    const kept = await copy('kept');
    expect(kept.CopyObjectResult?.ETag).toBe(`"${createHash('md5').update('copy me').digest('hex')}"`);
    const head = (Key: string) => s3.send(new HeadObjectCommand({ Bucket, Key }));
    expect(await head('kept')).toMatchObject({ ContentType: 'text/x', Metadata: { a: '1' } });
    const tags = await s3.send(new GetObjectTaggingCommand({ Bucket, Key: 'kept' }));
    expect(tags.TagSet).toEqual([{ Key: 'k', Value: 'v' }]);
    await copy('replaced', { MetadataDirective: 'REPLACE', ContentType: 'text/y', Metadata: { b: '2' } });
    expect(await head('replaced')).toMatchObject({ ContentType: 'text/y', Metadata: { b: '2' } });
    // As many programs send it, with the slashes escaped as well.
    for (const from of [`${Bucket}/source +ü`, `/${Bucket}/source +ü`]) {
      await copy('whole', { CopySource: encodeURIComponent(from), MetadataDirective: 'COPY' });
      expect(await head('whole')).toMatchObject({ ContentType: 'text/x', Metadata: { a: '1' } });
    }
    expect(await failure(copy('source +ü'))).toMatchObject({ name: 'InvalidRequest' });
    expect(await failure(copy('x', { CopySourceIfMatch: '"no"' }))).toMatchObject({
      name: 'PreconditionFailed',
    });
    expect(
      await failure(s3.send(new CopyObjectCommand({ Bucket, Key: 'x', CopySource: `${Bucket}/none` }))),
    ).toMatchObject({ name: 'NoSuchKey' });
    const summed = await copy('summed', { ChecksumAlgorithm: 'SHA256' });
    expect(summed.CopyObjectResult?.ChecksumSHA256).toBe(
      createHash('sha256').update('copy me').digest('base64'),
    );
  });

  test('many keys are deleted at once, each with its own outcome', async () => {
    for (const key of ['d/1', 'd/2']) await put(key);
    const Objects = ['d/1', 'd/2', 'd/none'].map((Key) => ({ Key }));
    const gone = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(gone.Deleted?.map(({ Key }) => Key)).toEqual(['d/1', 'd/2', 'd/none']);
    expect((await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'd/' }))).KeyCount).toBe(0);
  });

  test('a thousand keys go in one request, and one more does not', async () => {
    const keys = Array.from({ length: 1000 }, (_, n) => `thousand/${n}`);
    for (let at = 0; at < 20; at++) await put(keys[at] as string);
    const Objects = keys.map((Key) => ({ Key }));
    const gone = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
    expect([gone.Deleted, gone.Errors]).toEqual([undefined, undefined]);
    expect((await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'thousand/' }))).KeyCount).toBe(0);
    const tooMany = { Objects: [...Objects, { Key: 'one more' }] };
    expect(await failure(s3.send(new DeleteObjectsCommand({ Bucket, Delete: tooMany })))).toMatchObject({
      name: 'MalformedXML',
    });
    expect(
      await failure(s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [] } }))),
    ).toMatchObject({ name: 'MalformedXML' });
  });

  test('tags of an object are set, read and bounded', async () => {
    await put('tagged', 'x', { Tagging: 'a=1&b=two%20words' });
    const get = await s3.send(new GetObjectTaggingCommand({ Bucket, Key: 'tagged' }));
    expect(get.TagSet).toEqual([
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: 'two words' },
    ]);
    const TagSet = Array.from({ length: 11 }, (_, n) => ({ Key: `k${n}`, Value: '' }));
    expect(
      await failure(s3.send(new PutObjectTaggingCommand({ Bucket, Key: 'tagged', Tagging: { TagSet } }))),
    ).toMatchObject({ name: 'InvalidTag' });
  });

  test('what is not built is refused, never half done', async () => {
    expect(await failure(put('no', 'x', { ServerSideEncryption: 'aws:kms' }))).toMatchObject({
      name: 'NotImplemented',
      $metadata: { httpStatusCode: 501 },
    });
    expect(await failure(put('no', 'x', { StorageClass: 'GLACIER' }))).toMatchObject({
      name: 'InvalidStorageClass',
    });
    expect(await failure(put('no', 'x', { ACL: 'public-read' }))).toMatchObject({
      name: 'AccessControlListNotSupported',
    });
    expect(await failure(s3.send(new HeadObjectCommand({ Bucket, Key: 'no' })))).toMatchObject({
      name: 'NotFound',
    });
  });
});
