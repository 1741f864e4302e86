import type { PutObjectCommandInput, PutObjectCommandOutput } from '@aws-sdk/client-s3';
import type { Kernel } from '../../../kernel/kernel.ts';
import { operation } from '../../../wire/operation.ts';
import { checksumMembers, readClaim, type StoredChecksum } from '../checksums.ts';
import { putObject } from '../put-object.ts';
import {
  bodyOf,
  checkKey,
  checkWriteOptions,
  ENCRYPTED,
  headersOf,
  quoted,
  requesterOf,
  shownVersion,
  tagsOf,
} from './shared.ts';

type Output = Omit<PutObjectCommandOutput, '$metadata'>;

export function putObjectOperation(kernel: Kernel) {
  return operation<PutObjectCommandInput, Output>({
    mutates: true,
    resources: (input) => [`arn:aws:s3:::${input.Bucket}/${input.Key}`],
    async handler(input, context) {
      checkKey(input.Key as string);
      checkWriteOptions(input);
      const trailer = context.request.headers['x-amz-trailer'];
      const { bucket, row } = await putObject(kernel, requesterOf(context), {
        bucket: input.Bucket as string,
        key: input.Key as string,
        body: bodyOf(input, context),
        headers: headersOf(input),
        tags: tagsOf(input.Tagging),
        digests: {
          claim: readClaim(input as unknown as Record<string, unknown>, String(trailer ?? '')),
          contentMd5: input.ContentMD5,
        },
        conditions: { ifMatch: input.IfMatch, ifNoneMatch: input.IfNoneMatch },
        expectedOwner: input.ExpectedBucketOwner,
      });
      const checksum = row.checksum === null ? undefined : (JSON.parse(row.checksum) as StoredChecksum);
      return {
        ETag: quoted(row.etag),
        VersionId: bucket.versioning === 'Enabled' ? shownVersion(bucket.versioning, row) : undefined,
        ...ENCRYPTED,
        ...checksumMembers(checksum),
      };
    },
  });
}
