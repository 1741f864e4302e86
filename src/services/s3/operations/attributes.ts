import type {
  GetBucketAclCommandInput,
  GetObjectAclCommandInput,
  GetObjectAttributesCommandInput,
  GetObjectAttributesCommandOutput,
  GetObjectAttributesParts,
  Grant,
  Owner,
} from '@aws-sdk/client-s3';
import type { Kernel } from '../../../kernel/kernel.ts';
import { operation } from '../../../wire/operation.ts';
import { checksumMembers, type StoredChecksum } from '../checksums.ts';
import { findObject } from '../read-object.ts';
import { ownBucket } from '../store/buckets.ts';
import { listParts } from '../store/parts.ts';
import type { ObjectRow } from '../tables.ts';
import { pageSize } from './list-objects.ts';
import { canonicalUser, checkKey, shownVersion } from './shared.ts';

export function attributeOperations(kernel: Kernel) {
  const { read } = kernel.database;
  return {
    GetObjectAttributes: operation<
      GetObjectAttributesCommandInput,
      Omit<GetObjectAttributesCommandOutput, '$metadata'>
    >({
      mutates: false,
      resources: (input) => [`arn:aws:s3:::${input.Bucket}/${input.Key}`],
      async handler(input, { scope }) {
        checkKey(input.Key as string);
        const bucket = await ownBucket(
          read,
          scope.account,
          input.Bucket as string,
          input.ExpectedBucketOwner,
        );
        const row = await findObject(read, bucket, input.Key as string, input.VersionId);
        const asked = new Set<string>(input.ObjectAttributes);
        const checksum = row.checksum === null ? undefined : (JSON.parse(row.checksum) as StoredChecksum);
        return {
          LastModified: new Date(row.modified_at),
          VersionId: shownVersion(bucket.versioning, row),
          ETag: asked.has('ETag') ? row.etag : undefined,
          Checksum: asked.has('Checksum') && checksum ? checksumMembers(checksum) : undefined,
          ObjectSize: asked.has('ObjectSize') ? row.size : undefined,
          StorageClass: asked.has('StorageClass') ? 'STANDARD' : undefined,
          ObjectParts:
            asked.has('ObjectParts') && row.sha256 === null ? await parts(kernel, row, input) : undefined,
        };
      },
    }),
    // There are no grants besides the owner's: `BucketOwnerEnforced` holds for every bucket.
    GetBucketAcl: operation<GetBucketAclCommandInput, Acl>({
      mutates: false,
      resources: (input) => [`arn:aws:s3:::${input.Bucket}`],
      async handler(input, { scope }) {
        return ownersAcl(
          await ownBucket(read, scope.account, input.Bucket as string, input.ExpectedBucketOwner),
        );
      },
    }),
    GetObjectAcl: operation<GetObjectAclCommandInput, Acl>({
      mutates: false,
      resources: (input) => [`arn:aws:s3:::${input.Bucket}/${input.Key}`],
      async handler(input, { scope }) {
        checkKey(input.Key as string);
        const bucket = await ownBucket(
          read,
          scope.account,
          input.Bucket as string,
          input.ExpectedBucketOwner,
        );
        await findObject(read, bucket, input.Key as string, input.VersionId);
        return ownersAcl(bucket);
      },
    }),
  };
}

interface Acl {
  readonly Owner: Owner;
  readonly Grants: Grant[];
}

function ownersAcl({ owner }: { readonly owner: string }): Acl {
  const Owner = canonicalUser(owner);
  return { Owner, Grants: [{ Grantee: { Type: 'CanonicalUser', ...Owner }, Permission: 'FULL_CONTROL' }] };
}

async function parts(
  kernel: Kernel,
  row: ObjectRow,
  input: GetObjectAttributesCommandInput,
): Promise<GetObjectAttributesParts> {
  const all = await listParts(kernel.database.read, { ...row, owner: row.object_id });
  const after = Number(input.PartNumberMarker ?? 0);
  const limit = pageSize(input.MaxParts === undefined ? undefined : Number(input.MaxParts));
  const page = all.filter((part) => part.number > after).slice(0, limit);
  const last = page.at(-1)?.number;
  const more = last !== undefined && last < (all.at(-1)?.number ?? 0);
  // AWS tells single parts only where each has a checksum.
  const listed = page.every((part) => part.checksum !== null);
  return {
    TotalPartsCount: all.length,
    PartNumberMarker: String(after),
    NextPartNumberMarker: more ? String(last) : undefined,
    MaxParts: limit,
    IsTruncated: more,
    Parts: listed
      ? page.map((part) => {
          const { ChecksumType: _whole, ...members } = checksumMembers(
            JSON.parse(part.checksum as string) as StoredChecksum,
          );
          return { PartNumber: part.number, Size: part.size, ...members };
        })
      : undefined,
  };
}
