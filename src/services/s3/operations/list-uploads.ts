import type {
  ListMultipartUploadsCommandInput,
  ListMultipartUploadsCommandOutput,
  ListPartsCommandInput,
  ListPartsCommandOutput,
} from '@aws-sdk/client-s3';
import type { Kernel } from '../../../kernel/kernel.ts';
import { operation } from '../../../wire/operation.ts';
import { checksumMembers, type StoredChecksum } from '../checksums.ts';
import { s3Errors } from '../errors.ts';
import { mustFindUpload } from '../multipart-upload.ts';
import { ownBucket } from '../store/buckets.ts';
import { fetchUploads, type Place } from '../store/listing.ts';
import { listParts as readParts } from '../store/parts.ts';
import type { UploadRow } from '../tables.ts';
import { encoder, pageSize } from './list-objects.ts';
import { behindKey, pageFrom } from './markers.ts';
import { addressOf } from './multipart.ts';
import { canonicalUser, quoted } from './shared.ts';

type Out<T> = Omit<T, '$metadata'>;

export function listMultipartUploads(kernel: Kernel) {
  return operation<ListMultipartUploadsCommandInput, Out<ListMultipartUploadsCommandOutput>>({
    iamAction: 's3:ListBucketMultipartUploads',
    mutates: false,
    resources: (input) => [`arn:aws:s3:::${input.Bucket}`],
    async handler(input, { scope }) {
      const { read } = kernel.database;
      const bucket = await ownBucket(read, scope.account, input.Bucket as string, input.ExpectedBucketOwner);
      const prefix = input.Prefix ?? '';
      const delimiter = input.Delimiter || undefined;
      const limit = pageSize(input.MaxUploads);
      const start = startOf(input);
      const fetch = fetchUploads(read, bucket, prefix);
      const page = await pageFrom<UploadRow>(start, { prefix, delimiter, limit, fetch });
      const encode = encoder(input.EncodingType);
      return {
        Bucket: input.Bucket,
        Prefix: encode(input.Prefix),
        Delimiter: encode(input.Delimiter),
        KeyMarker: encode(input.KeyMarker ?? ''),
        UploadIdMarker: input.UploadIdMarker ?? '',
        EncodingType: input.EncodingType,
        MaxUploads: limit,
        IsTruncated: page.next !== undefined,
        NextKeyMarker: encode(page.next?.kind === 'row' ? page.next.row.key : page.next?.prefix),
        NextUploadIdMarker: page.next?.kind === 'row' ? page.next.row.id : undefined,
        Uploads: page.rows.map((row) => ({
          Key: encode(row.key),
          UploadId: row.id,
          Initiated: new Date(row.created_at),
          StorageClass: 'STANDARD' as const,
          Owner: canonicalUser(row.account),
          Initiator: canonicalUser(row.account),
          ...uploadChecksum(row),
        })),
        CommonPrefixes: page.prefixes.map((text) => ({ Prefix: encode(text) })),
      };
    },
  });
}

function startOf(input: ListMultipartUploadsCommandInput): Place<UploadRow> | undefined {
  const { KeyMarker: key, UploadIdMarker: id } = input;
  if (!key) return { kind: 'from', key: '' };
  if (id) return { kind: 'after', row: { key, id } as UploadRow };
  // Behind every upload of the key: ids have only letters, digits, `-` and `_`.
  return behindKey(key, input, { key, id: '~' } as UploadRow);
}

export function listParts(kernel: Kernel) {
  return operation<ListPartsCommandInput, Out<ListPartsCommandOutput>>({
    iamAction: 's3:ListMultipartUploadParts',
    mutates: false,
    resources: (input) => [`arn:aws:s3:::${input.Bucket}/${input.Key}`],
    async handler(input, { scope }) {
      const { read } = kernel.database;
      const { upload } = await mustFindUpload(read, scope.account, addressOf(input));
      const limit = pageSize(input.MaxParts);
      const marker = Number(input.PartNumberMarker ?? 0);
      if (!Number.isInteger(marker) || marker < 0)
        throw s3Errors.invalidArgument(
          'Argument part-number-marker must be an integer between 0 and 2147483647',
        );
      const rows = await readParts(read, { ...upload, owner: upload.id }, marker, limit + 1);
      const page = rows.slice(0, limit);
      const more = rows.length > limit && page.length > 0;
      return {
        Bucket: input.Bucket,
        Key: input.Key,
        UploadId: input.UploadId,
        PartNumberMarker: String(marker),
        NextPartNumberMarker: more ? String(page.at(-1)?.number) : undefined,
        MaxParts: limit,
        IsTruncated: more,
        StorageClass: 'STANDARD',
        Owner: canonicalUser(upload.account),
        Initiator: canonicalUser(upload.account),
        ...uploadChecksum(upload),
        Parts: page.map((part) => ({
          PartNumber: part.number,
          Size: part.size,
          ETag: quoted(part.md5),
          LastModified: new Date(part.modified_at),
          ...(part.checksum === null ? {} : checksumMembers(JSON.parse(part.checksum) as StoredChecksum)),
        })),
      };
    },
  });
}

function uploadChecksum(
  upload: UploadRow,
): Pick<ListPartsCommandOutput, 'ChecksumAlgorithm' | 'ChecksumType'> {
  if (upload.checksum_algorithm === '') return {};
  return {
    ChecksumAlgorithm: upload.checksum_algorithm as ListPartsCommandOutput['ChecksumAlgorithm'],
    ChecksumType: upload.checksum_type as ListPartsCommandOutput['ChecksumType'],
  };
}
