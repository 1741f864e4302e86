import type {
  AbortMultipartUploadCommandInput,
  CompletedPart,
  CompleteMultipartUploadCommandInput,
  CompleteMultipartUploadCommandOutput,
  CreateMultipartUploadCommandInput,
  CreateMultipartUploadCommandOutput,
  UploadPartCommandInput,
  UploadPartCommandOutput,
  UploadPartCopyCommandInput,
  UploadPartCopyCommandOutput,
} from '@aws-sdk/client-s3';
import { newOpaque } from '../../../kernel/ids.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import { operation } from '../../../wire/operation.ts';
import {
  asAlgorithm,
  type ChecksumMembers,
  type ChecksumType,
  checksumMembers,
  readClaim,
  type StoredChecksum,
} from '../checksums.ts';
import { checkSource } from '../copy-object.ts';
import { s3Errors } from '../errors.ts';
import { parseRange } from '../model/range.ts';
import { completeUpload, mustFindUpload, uploadPart } from '../multipart-upload.ts';
import { findObject, openObject } from '../read-object.ts';
import { ownBucket } from '../store/buckets.ts';
import { removeParts } from '../store/parts.ts';
import { sourceConditions, sourceOf } from './copy.ts';
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

type Out<T> = Omit<T, '$metadata'>;

interface Addressed {
  readonly Bucket: string | undefined;
  readonly Key: string | undefined;
  readonly UploadId?: string | undefined;
  readonly ExpectedBucketOwner?: string | undefined;
}

const resources = (input: Addressed) => [`arn:aws:s3:::${input.Bucket}/${input.Key}`];

export function addressOf(input: Addressed) {
  return {
    bucket: input.Bucket as string,
    key: input.Key as string,
    uploadId: input.UploadId ?? '',
    expectedOwner: input.ExpectedBucketOwner,
  };
}

export function multipartOperations(kernel: Kernel) {
  return {
    CreateMultipartUpload: operation<
      CreateMultipartUploadCommandInput,
      Out<CreateMultipartUploadCommandOutput>
    >({
      iamAction: 's3:PutObject',
      mutates: true,
      resources,
      handler: (input, { scope }) => createUpload(kernel, scope.account, input),
    }),
    UploadPart: operation<UploadPartCommandInput, Out<UploadPartCommandOutput>>({
      iamAction: 's3:PutObject',
      mutates: true,
      resources,
      async handler(input, context) {
        const trailer = context.request.headers['x-amz-trailer'];
        const claim = readClaim(input as unknown as ChecksumMembers, String(trailer ?? ''));
        const digests = { claim, contentMd5: input.ContentMD5 };
        const body = bodyOf(input, context);
        const number = Number(input.PartNumber);
        const part = await uploadPart(kernel, requesterOf(context), addressOf(input), number, body, digests);
        return { ETag: quoted(part.md5), ...ENCRYPTED, ...partMembers(part.checksum) };
      },
    }),
    UploadPartCopy: operation<UploadPartCopyCommandInput, Out<UploadPartCopyCommandOutput>>({
      iamAction: 's3:PutObject',
      mutates: true,
      resources,
      async handler(input, context) {
        const source = sourceOf(input.CopySource);
        const { read } = kernel.database;
        const { account } = context.scope;
        const bucket = await ownBucket(read, account, source.bucket, input.ExpectedSourceBucketOwner);
        const row = await findObject(read, bucket, source.key, source.versionId);
        checkSource(sourceConditions(input), row);
        const range = copyRange(input.CopySourceRange, row.size);
        const body = await openObject(kernel, row, range);
        const number = Number(input.PartNumber);
        const requester = requesterOf(context);
        const part = await uploadPart(kernel, requester, addressOf(input), number, body, {}).catch(
          (error) => {
            body.destroy();
            throw error;
          },
        );
        return {
          CopyPartResult: {
            ETag: quoted(part.md5),
            LastModified: new Date(part.modified_at),
            ...partMembers(part.checksum),
          },
          CopySourceVersionId: shownVersion(bucket.versioning, row),
          ...ENCRYPTED,
        };
      },
    }),
    CompleteMultipartUpload: operation<
      CompleteMultipartUploadCommandInput,
      Out<CompleteMultipartUploadCommandOutput>
    >({
      iamAction: 's3:PutObject',
      mutates: true,
      resources,
      async handler(input, context) {
        const { bucket, row } = await completeUpload(kernel, requesterOf(context), {
          address: addressOf(input),
          parts: (input.MultipartUpload?.Parts ?? []).map((part) => ({
            number: part.PartNumber === undefined ? undefined : Number(part.PartNumber),
            eTag: part.ETag,
            checksum: readClaim(part as ChecksumMembers & CompletedPart)?.value,
          })),
          checksum: readClaim(input as unknown as ChecksumMembers)?.value,
          checksumType: input.ChecksumType as ChecksumType | undefined,
          size: input.MpuObjectSize === undefined ? undefined : Number(input.MpuObjectSize),
          conditions: { ifMatch: input.IfMatch, ifNoneMatch: input.IfNoneMatch },
        });
        const checksum = row.checksum === null ? undefined : (JSON.parse(row.checksum) as StoredChecksum);
        return {
          Bucket: bucket.name,
          Key: row.key,
          Location: `${kernel.endpoint()}/${bucket.name}/${encodeURI(row.key)}`,
          ETag: quoted(row.etag),
          VersionId: bucket.versioning === 'Enabled' ? row.version_id : undefined,
          ...ENCRYPTED,
          ...checksumMembers(checksum),
        };
      },
    }),
    AbortMultipartUpload: operation<AbortMultipartUploadCommandInput, object>({
      mutates: true,
      resources,
      async handler(input, { scope }) {
        await kernel.database.transaction(async (tx) => {
          const { upload } = await mustFindUpload(tx, scope.account, addressOf(input));
          await removeParts(tx, { ...upload, owner: upload.id });
          await tx.execute('delete from s3_uploads where account = ? and region = ? and id = ?', [
            upload.account,
            upload.region,
            upload.id,
          ]);
        });
        return {};
      },
    }),
  };
}

async function createUpload(
  kernel: Kernel,
  account: string,
  input: CreateMultipartUploadCommandInput,
): Promise<Out<CreateMultipartUploadCommandOutput>> {
  checkKey(input.Key as string);
  checkWriteOptions(input);
  const headers = JSON.stringify(headersOf(input));
  const tags = JSON.stringify(tagsOf(input.Tagging));
  const algorithm = input.ChecksumAlgorithm === undefined ? undefined : asAlgorithm(input.ChecksumAlgorithm);
  const type = algorithm && checksumType(algorithm, input.ChecksumType);
  const id = newOpaque(48);
  await kernel.database.transaction(async (tx) => {
    const bucket = await ownBucket(tx, account, input.Bucket as string, input.ExpectedBucketOwner);
    await tx.execute(
      `insert into s3_uploads (account, region, id, bucket, key, created_at, headers, tags, checksum_algorithm,
         checksum_type) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        bucket.owner,
        bucket.home_region,
        id,
        bucket.name,
        input.Key as string,
        kernel.clock.now(),
        headers,
        tags,
        algorithm ?? '',
        type ?? '',
      ],
    );
  });
  return {
    Bucket: input.Bucket,
    Key: input.Key,
    UploadId: id,
    ChecksumAlgorithm: input.ChecksumAlgorithm,
    ChecksumType: type,
    ...ENCRYPTED,
  };
}

/** CRC-64 is always of the whole object, the hashes never are; the other CRCs may be either. */
function checksumType(algorithm: string, asked: string | undefined): ChecksumType {
  const whole = ['CRC32', 'CRC32C', 'CRC64NVME'].includes(algorithm);
  const type = asked ?? (algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE');
  if ((type === 'FULL_OBJECT' && !whole) || (type === 'COMPOSITE' && algorithm === 'CRC64NVME'))
    throw s3Errors.invalidRequest(
      `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
    );
  return type as ChecksumType;
}

function copyRange(header: string | undefined, size: number) {
  if (header === undefined) return undefined;
  const range = parseRange(header, size);
  const asked = /^bytes=(\d+)-(\d+)$/.exec(header);
  if (!asked || typeof range === 'string')
    throw s3Errors.invalidArgument(
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
    );
  if (Number(asked[2]) >= size)
    throw s3Errors.invalidArgument(`Range specified is not valid for source object of size: ${size}`);
  return range;
}

function partMembers(checksum: string | null): Record<string, string> {
  if (checksum === null) return {};
  const { ChecksumType: _whole, ...members } = checksumMembers(JSON.parse(checksum) as StoredChecksum);
  return members;
}
