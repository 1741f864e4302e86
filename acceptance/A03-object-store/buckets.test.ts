import {
  CreateBucketCommand,
  type CreateBucketCommandInput,
  DeleteBucketPolicyCommand,
  GetBucketAclCommand,
  GetBucketEncryptionCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  PutBucketEncryptionCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutObjectCommand,
  S3Client,
  type S3ServiceException,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DatabasePlace, describeEachDatabase } from '../../testkit/contracts/each-database.ts';
import { openTestStore, type TestStore } from '../../testkit/support/test-store.ts';

const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail('this should have been refused'),
    (error: S3ServiceException) => [error.name, error.$metadata.httpStatusCode],
  );

describeEachDatabase('buckets through the SDK (A3)', (newPlace) => {
  let place: DatabasePlace;
  let store: TestStore;
  let s3: S3Client;
  const create = (Bucket: string, more: Partial<CreateBucketCommandInput> = {}) =>
    s3.send(new CreateBucketCommand({ Bucket, ...more }));

  beforeAll(async () => {
    place = await newPlace();
    store = await openTestStore(place);
    // A dot in a bucket's name makes the SDK put it before the address, be that an IP address.
    s3 = new S3Client({ ...store.client, forcePathStyle: true });
  });
  afterAll(async () => {
    s3.destroy();
    await store[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
  });

  test('names are checked and belong to one account', async () => {
    await create('one.bucket-1');
    expect(await refusal(create('one.bucket-1'))).toEqual(['BucketAlreadyOwnedByYou', 409]);
    expect(await refusal(create('Upper'))).toEqual(['InvalidBucketName', 400]);
    expect(await refusal(create('192.168.0.1'))).toEqual(['InvalidBucketName', 400]);
    const other = new S3Client({ ...(await store.rootOf('222222222222')), forcePathStyle: true });
    expect(await refusal(other.send(new CreateBucketCommand({ Bucket: 'one.bucket-1' })))).toEqual([
      'BucketAlreadyExists',
      409,
    ]);
    await s3.send(new PutObjectCommand({ Bucket: 'one.bucket-1', Key: 'k', Body: 'x' }));
    const read = new GetObjectCommand({ Bucket: 'one.bucket-1', Key: 'k' });
    expect(await refusal(other.send(read))).toEqual(['AccessDenied', 403]);
    expect((await other.send(new ListBucketsCommand({}))).Buckets ?? []).toEqual([]);
    other.destroy();
  });

  test('a bucket lives in a region', async () => {
    await create('in-europe', { CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } });
    const where = await s3.send(new GetBucketLocationCommand({ Bucket: 'in-europe' }));
    expect(where.LocationConstraint).toBe('eu-west-1');
    expect(await s3.send(new HeadBucketCommand({ Bucket: 'in-europe' }))).toMatchObject({
      BucketRegion: 'eu-west-1',
    });
    const oregon = new S3Client({ ...store.client, region: 'us-west-2' });
    const wrong = {
      Bucket: 'elsewhere',
      CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' as const },
    };
    expect(await refusal(oregon.send(new CreateBucketCommand(wrong)))).toEqual([
      'IllegalLocationConstraintException',
      400,
    ]);
    oregon.destroy();
  });

  test('buckets are listed page by page', async () => {
    for (const name of ['page-a', 'page-b', 'page-c']) await create(name);
    const first = await s3.send(new ListBucketsCommand({ Prefix: 'page-', MaxBuckets: 2 }));
    expect(first.Buckets?.map(({ Name }) => Name)).toEqual(['page-a', 'page-b']);
    const { ContinuationToken } = first;
    const second = await s3.send(new ListBucketsCommand({ Prefix: 'page-', ContinuationToken }));
    expect(second.Buckets?.map(({ Name }) => Name)).toEqual(['page-c']);
    expect(second.ContinuationToken).toBeUndefined();
  });

  test('settings are kept, and their absence has its own code', async () => {
    const Bucket = 'settings';
    await create(Bucket);
    expect(await refusal(s3.send(new GetBucketEncryptionCommand({ Bucket })))).toEqual([
      'ServerSideEncryptionConfigurationNotFoundError',
      404,
    ]);
    const rule = (SSEAlgorithm: 'AES256' | 'aws:kms') => ({
      Bucket,
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm } }],
      },
    });
    await s3.send(new PutBucketEncryptionCommand(rule('AES256')));
    const encryption = await s3.send(new GetBucketEncryptionCommand({ Bucket }));
    expect(encryption.ServerSideEncryptionConfiguration?.Rules).toMatchObject([
      { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
    ]);
    expect(await refusal(s3.send(new PutBucketEncryptionCommand(rule('aws:kms'))))).toEqual([
      'NotImplemented',
      501,
    ]);
    expect(await refusal(s3.send(new GetBucketTaggingCommand({ Bucket })))).toEqual(['NoSuchTagSet', 404]);
    const TagSet = [{ Key: 'team', Value: 'a b' }];
    await s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));
    expect((await s3.send(new GetBucketTaggingCommand({ Bucket }))).TagSet).toEqual(TagSet);
    expect(await s3.send(new GetPublicAccessBlockCommand({ Bucket }))).toMatchObject({
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
    });
    const acl = await s3.send(new GetBucketAclCommand({ Bucket }));
    expect(acl.Grants).toMatchObject([{ Permission: 'FULL_CONTROL', Grantee: { ID: acl.Owner?.ID } }]);
  });

  test('a bucket policy must be one', async () => {
    const Bucket = 'with-policy';
    await create(Bucket);
    const put = (policy: unknown) =>
      s3.send(
        new PutBucketPolicyCommand({
          Bucket,
          Policy: typeof policy === 'string' ? policy : JSON.stringify(policy),
        }),
      );
    expect(await refusal(s3.send(new GetBucketPolicyCommand({ Bucket })))).toEqual([
      'NoSuchBucketPolicy',
      404,
    ]);
    expect(await refusal(put('{'))).toEqual(['MalformedPolicy', 400]);
    expect(await refusal(put({ Statement: [{ Effect: 'Allow', Action: 's3:*' }] }))).toEqual([
      'MalformedPolicy',
      400,
    ]);
    const policy = {
      Version: '2012-10-17',
      Statement: { Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: `arn:aws:s3:::${Bucket}/*` },
    };
    await put(policy);
    const got = await s3.send(new GetBucketPolicyCommand({ Bucket }));
    expect(JSON.parse(got.Policy ?? '')).toEqual(policy);
    await s3.send(new DeleteBucketPolicyCommand({ Bucket }));
    expect(await refusal(s3.send(new GetBucketPolicyCommand({ Bucket })))).toEqual([
      'NoSuchBucketPolicy',
      404,
    ]);
  });
});
