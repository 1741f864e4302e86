import type { CopyObjectCommandInput, CopyObjectCommandOutput } from '@aws-sdk/client-s3';
import type { Kernel } from '../../../kernel/kernel.ts';
import { operation } from '../../../wire/operation.ts';
import { asAlgorithm, checksumMembers, type StoredChecksum } from '../checksums.ts';
import { copyObject } from '../copy-object.ts';
import { s3Errors } from '../errors.ts';
import { type CopySource, parseCopySource } from '../model/copy-source.ts';
import {
  checkKey,
  checkWriteOptions,
  ENCRYPTED,
  headersOf,
  quoted,
  requesterOf,
  shownVersion,
  tagsOf,
} from './shared.ts';

export function copyObjectOperation(kernel: Kernel) {
  return operation<CopyObjectCommandInput, Omit<CopyObjectCommandOutput, '$metadata'>>({
    iamAction: 's3:PutObject',
    mutates: true,
    resources: (input) => [`arn:aws:s3:::${input.Bucket}/${input.Key}`],
    async handler(input, context) {
      checkKey(input.Key as string);
      checkWriteOptions(input);
      if (input.CopySourceSSECustomerAlgorithm)
        throw s3Errors.notImplemented('customer-provided encryption keys');
      const { bucket, row, source, sourceBucket } = await copyObject(kernel, requesterOf(context), {
        source: sourceOf(input.CopySource),
        sourceConditions: sourceConditions(input),
        sourceOwner: input.ExpectedSourceBucketOwner,
        bucket: input.Bucket as string,
        key: input.Key as string,
        owner: input.ExpectedBucketOwner,
        headers: input.MetadataDirective === 'REPLACE' ? JSON.stringify(headersOf(input)) : undefined,
        tags: input.TaggingDirective === 'REPLACE' ? JSON.stringify(tagsOf(input.Tagging)) : undefined,
        algorithm: input.ChecksumAlgorithm === undefined ? undefined : asAlgorithm(input.ChecksumAlgorithm),
        conditions: { ifMatch: input.IfMatch, ifNoneMatch: input.IfNoneMatch },
      });
      const checksum = row.checksum === null ? undefined : (JSON.parse(row.checksum) as StoredChecksum);
      return {
        CopyObjectResult: {
          ETag: quoted(row.etag),
          LastModified: new Date(row.modified_at),
          ...checksumMembers(checksum),
        },
        CopySourceVersionId: shownVersion(sourceBucket.versioning, source),
        VersionId: bucket.versioning === 'Enabled' ? row.version_id : undefined,
        ...ENCRYPTED,
      };
    },
  });
}

export function sourceOf(header: string | undefined): CopySource {
  if (/^arn(:|%3A)/i.test(header ?? '')) throw s3Errors.notImplemented('copies from access points');
  const source = parseCopySource(header ?? '');
  if (!source)
    throw s3Errors.invalidArgument(
      'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
    );
  checkKey(source.key);
  return source;
}

/** The members that a copy and an upload of a part by copy have in common. */
export function sourceConditions(input: {
  readonly CopySourceIfMatch?: string | undefined;
  readonly CopySourceIfNoneMatch?: string | undefined;
  readonly CopySourceIfModifiedSince?: Date | undefined;
  readonly CopySourceIfUnmodifiedSince?: Date | undefined;
}) {
  return {
    ifMatch: input.CopySourceIfMatch,
    ifNoneMatch: input.CopySourceIfNoneMatch,
    ifModifiedSince: input.CopySourceIfModifiedSince,
    ifUnmodifiedSince: input.CopySourceIfUnmodifiedSince,
  };
}
