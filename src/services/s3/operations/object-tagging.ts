import type {
  DeleteObjectTaggingCommandInput,
  DeleteObjectTaggingCommandOutput,
  GetObjectTaggingCommandInput,
  GetObjectTaggingCommandOutput,
  PutObjectTaggingCommandInput,
  PutObjectTaggingCommandOutput,
} from '@aws-sdk/client-s3';
import type { Kernel } from '../../../kernel/kernel.ts';
import { operation, type RequestContext } from '../../../wire/operation.ts';
import { s3Error } from '../errors.ts';
import { checkTags, type Tag } from '../model/tags.ts';
import { findObject } from '../read-object.ts';
import { ownBucket } from '../store/buckets.ts';
import { checkKey, shownVersion } from './shared.ts';

type Out<T> = Omit<T, '$metadata'>;

interface Addressed {
  readonly Bucket: string | undefined;
  readonly Key: string | undefined;
  readonly VersionId?: string | undefined;
  readonly ExpectedBucketOwner?: string | undefined;
}

const MAX_TAGS = 10;
const resources = (input: Addressed) => [`arn:aws:s3:::${input.Bucket}/${input.Key}`];

export function objectTaggingOperations(kernel: Kernel) {
  return {
    GetObjectTagging: operation<GetObjectTaggingCommandInput, Out<GetObjectTaggingCommandOutput>>({
      mutates: false,
      resources,
      async handler(input, { scope }) {
        checkKey(input.Key as string);
        const { read } = kernel.database;
        const bucket = await ownBucket(
          read,
          scope.account,
          input.Bucket as string,
          input.ExpectedBucketOwner,
        );
        const row = await findObject(read, bucket, input.Key as string, input.VersionId);
        return { TagSet: JSON.parse(row.tags) as Tag[], VersionId: shownVersion(bucket.versioning, row) };
      },
    }),
    PutObjectTagging: operation<PutObjectTaggingCommandInput, Out<PutObjectTaggingCommandOutput>>({
      mutates: true,
      resources,
      async handler(input, context) {
        const tags = (input.Tagging?.TagSet ?? []).map(({ Key, Value }) => ({
          Key: Key ?? '',
          Value: Value ?? '',
        }));
        const checked = checkTags(tags, MAX_TAGS);
        if (checked.kind === 'invalid') throw s3Error(400, 'InvalidTag', checked.message);
        return setTags(kernel, context, input, tags);
      },
    }),
    DeleteObjectTagging: operation<DeleteObjectTaggingCommandInput, Out<DeleteObjectTaggingCommandOutput>>({
      mutates: true,
      resources,
      handler: (input, context) => setTags(kernel, context, input, []),
    }),
  };
}

function setTags(kernel: Kernel, { scope }: RequestContext, input: Addressed, tags: readonly Tag[]) {
  checkKey(input.Key as string);
  return kernel.database.transaction(async (tx) => {
    const bucket = await ownBucket(tx, scope.account, input.Bucket as string, input.ExpectedBucketOwner);
    const row = await findObject(tx, bucket, input.Key as string, input.VersionId);
    await tx.execute(
      'update s3_objects set tags = ? where account = ? and region = ? and bucket = ? and key = ? and seq = ?',
      [JSON.stringify(tags), row.account, row.region, row.bucket, row.key, row.seq],
    );
    return { VersionId: shownVersion(bucket.versioning, row) };
  });
}
