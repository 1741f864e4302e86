import type { ListObjectVersionsCommandInput, ListObjectVersionsCommandOutput } from '@aws-sdk/client-s3';
import type { Reader } from '../../../kernel/database/port.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import { operation } from '../../../wire/operation.ts';
import type { StoredChecksum } from '../checksums.ts';
import { s3Errors } from '../errors.ts';
import { ownBucket } from '../store/buckets.ts';
import { fetchVersions, type Place } from '../store/listing.ts';
import { versionById } from '../store/objects.ts';
import type { BucketRow, ObjectRow } from '../tables.ts';
import { encoder, pageSize } from './list-objects.ts';
import { behindKey, pageFrom } from './markers.ts';
import { canonicalUser, quoted } from './shared.ts';

export function listObjectVersions(kernel: Kernel) {
  return operation<ListObjectVersionsCommandInput, Omit<ListObjectVersionsCommandOutput, '$metadata'>>({
    iamAction: 's3:ListBucketVersions',
    mutates: false,
    resources: (input) => [`arn:aws:s3:::${input.Bucket}`],
    async handler(input, { scope }) {
      const { read } = kernel.database;
      const bucket = await ownBucket(read, scope.account, input.Bucket as string, input.ExpectedBucketOwner);
      const prefix = input.Prefix ?? '';
      const delimiter = input.Delimiter || undefined;
      const limit = pageSize(input.MaxKeys);
      const start = await startOf(read, bucket, input);
      const fetch = fetchVersions(read, bucket, prefix);
      const page = await pageFrom<ObjectRow>(start, { prefix, delimiter, limit, fetch });
      const encode = encoder(input.EncodingType);
      const common = (row: ObjectRow) => ({
        Key: encode(row.key),
        VersionId: row.version_id,
        IsLatest: row.latest === 1,
        LastModified: new Date(row.modified_at),
        Owner: canonicalUser(row.account),
      });
      return {
        Name: input.Bucket,
        Prefix: encode(prefix),
        Delimiter: encode(input.Delimiter),
        KeyMarker: encode(input.KeyMarker ?? ''),
        VersionIdMarker: input.VersionIdMarker ?? '',
        EncodingType: input.EncodingType,
        MaxKeys: limit,
        IsTruncated: page.next !== undefined,
        NextKeyMarker: encode(page.next?.kind === 'row' ? page.next.row.key : page.next?.prefix),
        NextVersionIdMarker: page.next?.kind === 'row' ? page.next.row.version_id : undefined,
        Versions: page.rows
          .filter((row) => row.delete_marker === 0)
          .map((row) => {
            const checksum = row.checksum === null ? undefined : (JSON.parse(row.checksum) as StoredChecksum);
            return {
              ...common(row),
              ETag: quoted(row.etag),
              Size: row.size,
              StorageClass: 'STANDARD' as const,
              ChecksumAlgorithm: checksum && [checksum.algorithm],
              ChecksumType: checksum?.type,
            };
          }),
        DeleteMarkers: page.rows.filter((row) => row.delete_marker === 1).map(common),
        CommonPrefixes: page.prefixes.map((text) => ({ Prefix: encode(text) })),
      };
    },
  });
}

async function startOf(
  reader: Reader,
  bucket: BucketRow,
  input: ListObjectVersionsCommandInput,
): Promise<Place<ObjectRow> | undefined> {
  const { KeyMarker: key, VersionIdMarker: versionId } = input;
  if (!key) {
    if (versionId)
      throw s3Errors.invalidArgument('A version-id marker cannot be specified without a key marker.');
    return { kind: 'from', key: '' };
  }
  if (versionId) {
    const row = await versionById(reader, bucket, key, versionId);
    // Who deletes page by page has removed the version that the page ended with: older ones of the key remain.
    return row ? { kind: 'after', row } : { kind: 'from', key };
  }
  // Behind every version of the key: none has so low a sequence.
  return behindKey(key, input, { key, seq: -1 } as ObjectRow);
}
