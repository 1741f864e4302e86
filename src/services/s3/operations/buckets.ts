import type {
  CreateBucketCommandInput,
  CreateBucketCommandOutput,
  DeleteBucketCommandInput,
  GetBucketLocationCommandInput,
  GetBucketLocationCommandOutput,
  HeadBucketCommandInput,
  HeadBucketCommandOutput,
  ListBucketsCommandInput,
  ListBucketsCommandOutput,
} from '@aws-sdk/client-s3';
import type { Kernel } from '../../../kernel/kernel.ts';
import { operation } from '../../../wire/operation.ts';
import { s3Error, s3Errors } from '../errors.ts';
import { readPageToken, writePageToken } from '../model/page-token.ts';
import { prefixEnd } from '../model/prefix.ts';
import { deleteBucket, findBucket, insertBucket, ownBucket } from '../store/buckets.ts';
import type { BucketRow } from '../tables.ts';
import { canonicalUser, checkWriteOptions } from './shared.ts';

type Out<T> = Omit<T, '$metadata'>;
const resources = (input: { readonly Bucket?: string | undefined }) => [`arn:aws:s3:::${input.Bucket}`];

export function bucketOperations(kernel: Kernel) {
  return {
    CreateBucket: operation<CreateBucketCommandInput, Out<CreateBucketCommandOutput>>({
      mutates: true,
      resources,
      handler: async (input, { scope, now }) => {
        const name = input.Bucket as string;
        checkWriteOptions({ ACL: input.ACL });
        if (input.ObjectLockEnabledForBucket) throw s3Errors.notImplemented('object lock');
        const constraint = input.CreateBucketConfiguration?.LocationConstraint;
        const region = homeRegion(scope.region, constraint);
        await kernel.database.transaction(async (tx) => {
          const row: BucketRow = {
            name,
            owner: scope.account,
            home_region: region,
            created_at: now,
            versioning: '',
          };
          if (await insertBucket(tx, row)) return;
          const taken = await findBucket(tx, name);
          throw taken?.owner === scope.account ? alreadyYours(name) : alreadyTaken(name);
        });
        return { Location: `/${name}`, BucketArn: `arn:aws:s3:::${name}` };
      },
    }),
    DeleteBucket: operation<DeleteBucketCommandInput, object>({
      mutates: true,
      resources,
      handler: async (input, { scope }) => {
        await kernel.database.transaction(async (tx) =>
          deleteBucket(
            tx,
            await ownBucket(tx, scope.account, input.Bucket as string, input.ExpectedBucketOwner),
          ),
        );
        return {};
      },
    }),
    HeadBucket: operation<HeadBucketCommandInput, Out<HeadBucketCommandOutput>>({
      iamAction: 's3:ListBucket',
      mutates: false,
      resources,
      handler: async (input, { scope }) => {
        const bucket = await ownBucket(
          kernel.database.read,
          scope.account,
          input.Bucket as string,
          input.ExpectedBucketOwner,
        );
        return { BucketRegion: bucket.home_region, BucketArn: `arn:aws:s3:::${bucket.name}` };
      },
    }),
    GetBucketLocation: operation<GetBucketLocationCommandInput, Out<GetBucketLocationCommandOutput>>({
      mutates: false,
      resources,
      handler: async (input, { scope }) => {
        const bucket = await ownBucket(
          kernel.database.read,
          scope.account,
          input.Bucket as string,
          input.ExpectedBucketOwner,
        );
        // The first region has no name here, for history's sake.
        const region = bucket.home_region === 'us-east-1' ? undefined : bucket.home_region;
        return { LocationConstraint: region as GetBucketLocationCommandOutput['LocationConstraint'] };
      },
    }),
    ListBuckets: operation<ListBucketsCommandInput, Out<ListBucketsCommandOutput>>({
      iamAction: 's3:ListAllMyBuckets',
      mutates: false,
      handler: async (input, { scope }) => listBuckets(kernel, scope.account, input),
    }),
  };
}

async function listBuckets(
  kernel: Kernel,
  account: string,
  input: ListBucketsCommandInput,
): Promise<Out<ListBucketsCommandOutput>> {
  const prefix = input.Prefix ?? '';
  const limit = input.MaxBuckets ?? 10_000;
  const after =
    input.ContinuationToken === undefined ? '' : readPageToken(input.ContinuationToken, ['after'])?.after;
  if (after === undefined) throw s3Errors.invalidArgument('The continuation token provided is incorrect');
  const end = prefixEnd(prefix);
  const rows = await kernel.database.read.query<BucketRow>(
    `select name, owner, home_region, created_at, versioning from s3_buckets
      where owner = ? and name > ? and name >= ?${end === undefined ? '' : ' and name < ?'}
        ${input.BucketRegion === undefined ? '' : 'and home_region = ?'}
      order by name limit ?`,
    [
      account,
      after,
      prefix,
      ...(end === undefined ? [] : [end]),
      ...(input.BucketRegion === undefined ? [] : [input.BucketRegion]),
      limit + 1,
    ],
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    Owner: canonicalUser(account),
    Prefix: input.Prefix,
    Buckets: page.map((row) => ({
      Name: row.name,
      CreationDate: new Date(row.created_at),
      BucketRegion: row.home_region,
      BucketArn: `arn:aws:s3:::${row.name}`,
    })),
    ContinuationToken: rows.length > limit && last ? writePageToken({ after: last.name }) : undefined,
  };
}

/** Where a bucket is created: the endpoint of `us-east-1` may create anywhere, every other one only at home. */
function homeRegion(endpoint: string, constraint: string | undefined): string {
  if (constraint === undefined) {
    if (endpoint === 'us-east-1') return endpoint;
    throw s3Error(
      400,
      'IllegalLocationConstraintException',
      'The unspecified location constraint is incompatible for the region specific endpoint this request was sent to.',
    );
  }
  const region = constraint === 'EU' ? 'eu-west-1' : constraint;
  if (region === 'us-east-1')
    throw s3Error(400, 'InvalidLocationConstraint', 'The specified location-constraint is not valid');
  if (endpoint !== 'us-east-1' && region !== endpoint) {
    throw s3Error(
      400,
      'IllegalLocationConstraintException',
      `The ${region} location constraint is incompatible for the region specific endpoint this request was sent to.`,
    );
  }
  return region;
}

function alreadyYours(bucket: string) {
  return s3Error(
    409,
    'BucketAlreadyOwnedByYou',
    'Your previous request to create the named bucket succeeded and you already own it.',
    { BucketName: bucket },
  );
}

function alreadyTaken(bucket: string) {
  return s3Error(
    409,
    'BucketAlreadyExists',
    'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
    { BucketName: bucket },
  );
}
