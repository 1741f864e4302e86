import type { Readable } from 'node:stream';
import type { Reader, Tx } from '../../kernel/database/port.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { DigestAlgorithm } from '../../wire/sigv4/checksums/digest.ts';
import { type ChecksumType, combineChecksums, multipartETag, type StoredChecksum } from './checksums.ts';
import { s3Error, s3Errors } from './errors.ts';
import type { Requester } from './events.ts';
import {
  type Completion,
  chooseParts,
  MAX_PARTS,
  MIN_PART_BYTES,
  type NamedPart,
} from './model/multipart.ts';
import type { WriteConditions } from './model/preconditions.ts';
import { checkWrite, type Written, writeVersion } from './put-object.ts';
import { claimBlob, type StoreOptions, storeBytes } from './store/blobs.ts';
import { ownBucket } from './store/buckets.ts';
import { latestVersion } from './store/objects.ts';
import { listParts, putPart } from './store/parts.ts';
import type { BucketRow, PartRow, UploadRow } from './tables.ts';

/** Names an upload as every request for it does. */
export interface UploadAddress {
  readonly bucket: string;
  readonly key: string;
  readonly uploadId: string;
  readonly expectedOwner?: string | undefined;
}

/** An upload under way; locked where a transaction is given. */
export async function findUpload(
  reader: Reader | Tx,
  bucket: BucketRow,
  { key, uploadId }: UploadAddress,
): Promise<UploadRow | undefined> {
  const lock = 'execute' in reader && reader.dialect === 'postgres' ? ' for update' : '';
  const [row] = await reader.query<UploadRow>(
    `select * from s3_uploads where account = ? and region = ? and id = ? and bucket = ? and key = ?${lock}`,
    [bucket.owner, bucket.home_region, uploadId, bucket.name, key],
  );
  return row;
}

export async function mustFindUpload(reader: Reader | Tx, account: string, address: UploadAddress) {
  const bucket = await ownBucket(reader, account, address.bucket, address.expectedOwner);
  const upload = await findUpload(reader, bucket, address);
  if (!upload) throw s3Errors.noSuchUpload(address.uploadId);
  return { bucket, upload };
}

/** Stores one part. The same number again takes the place of the one before. */
export async function uploadPart(
  kernel: Kernel,
  requester: Requester,
  address: UploadAddress,
  number: number,
  body: Readable | Uint8Array | undefined,
  digests: StoreOptions,
): Promise<PartRow> {
  if (number < 1 || number > MAX_PARTS)
    throw s3Errors.invalidArgument('Part number must be an integer between 1 and 10000, inclusive');
  const { upload: seen } = await mustFindUpload(kernel.database.read, requester.account, address);
  const claim = partClaim(seen, digests);
  const bytes = await storeBytes(kernel, requester.account, body, { ...digests, claim });
  return kernel.database.transaction(async (tx) => {
    const { upload } = await mustFindUpload(tx, requester.account, address);
    await claimBlob(tx, requester.account, bytes);
    const part: PartRow = {
      account: upload.account,
      region: upload.region,
      owner_id: upload.id,
      number,
      size: bytes.size,
      md5: bytes.md5,
      sha256: bytes.sha256,
      modified_at: kernel.clock.now(),
      checksum: bytes.checksum ? JSON.stringify(bytes.checksum) : null,
    };
    await putPart(tx, part);
    return part;
  });
}

/** The parts of an upload all carry the checksum it was begun with. */
function partClaim(upload: UploadRow, { claim }: StoreOptions): StoreOptions['claim'] {
  if (upload.checksum_algorithm === '') return claim;
  if (claim && claim.algorithm !== upload.checksum_algorithm) {
    throw s3Errors.invalidRequest(
      `Checksum Type mismatch occurred, expected checksum Type: ${upload.checksum_algorithm.toLowerCase()}, actual checksum Type: ${claim.algorithm.toLowerCase()}`,
    );
  }
  return claim ?? { algorithm: upload.checksum_algorithm as DigestAlgorithm, value: undefined };
}

export interface CompleteRequest {
  readonly address: UploadAddress;
  readonly parts: readonly (NamedPart & { readonly checksum: string | undefined })[];
  /** The whole object's checksum as the client computed it. */
  readonly checksum: string | undefined;
  readonly checksumType: ChecksumType | undefined;
  readonly size: number | undefined;
  readonly conditions: WriteConditions;
}

/** Makes an object of the parts: rows only. Completing once more answers what the first time did. */
export async function completeUpload(
  kernel: Kernel,
  requester: Requester,
  request: CompleteRequest,
): Promise<Written> {
  const { address } = request;
  return kernel.database.transaction(async (tx) => {
    const bucket = await ownBucket(tx, requester.account, address.bucket, address.expectedOwner);
    const upload = await findUpload(tx, bucket, address);
    if (!upload) {
      const done = await latestVersion(tx, bucket, address.key);
      if (done?.object_id === address.uploadId) return { bucket, row: done };
      throw s3Errors.noSuchUpload(address.uploadId);
    }
    checkWrite(request.conditions, address.key, await latestVersion(tx, bucket, address.key));
    const stored = await listParts(tx, { ...upload, owner: upload.id });
    const parts = chosen(stored, request.parts);
    const size = parts.reduce((sum, part) => sum + part.size, 0);
    if (request.size !== undefined && request.size !== size)
      throw s3Errors.invalidRequest(
        'The provided x-amz-mp-object-size header does not match what was computed.',
      );
    const checksum = wholeChecksum(upload, parts, request);
    await dropOthers(tx, upload, stored, parts);
    await tx.execute('delete from s3_uploads where account = ? and region = ? and id = ?', [
      upload.account,
      upload.region,
      upload.id,
    ]);
    const version = {
      object_id: upload.id,
      size,
      etag: multipartETag(parts.map((part) => part.md5)),
      sha256: null,
      modified_at: kernel.clock.now(),
      headers: upload.headers,
      checksum: checksum ? JSON.stringify(checksum) : null,
      tags: upload.tags,
      delete_marker: 0,
    };
    return writeVersion(kernel, tx, bucket, address.key, version, 'CompleteMultipartUpload', requester);
  });
}

function chosen(stored: readonly PartRow[], named: CompleteRequest['parts']): PartRow[] {
  const candidates = stored.map((row) => ({ number: row.number, size: row.size, eTag: row.md5, row }));
  const completion = chooseParts(candidates, named);
  if (completion.kind === 'refused') throw refusal(completion);
  return completion.parts.map(({ row }, index) => {
    const claimed = named[index]?.checksum;
    if (claimed !== undefined && claimed !== partChecksum(row)?.value) throw invalidPart();
    return row;
  });
}

function wholeChecksum(
  upload: UploadRow,
  parts: readonly PartRow[],
  { checksum: claimed, checksumType }: CompleteRequest,
): StoredChecksum | undefined {
  if (upload.checksum_algorithm === '') return undefined;
  if (checksumType !== undefined && checksumType !== upload.checksum_type)
    throw s3Errors.invalidRequest(`The upload was created using the ${upload.checksum_type} checksum mode.`);
  const values = parts.map((part) => ({ size: part.size, value: partChecksum(part)?.value ?? '' }));
  const algorithm = upload.checksum_algorithm as DigestAlgorithm;
  const computed = combineChecksums(algorithm, upload.checksum_type as ChecksumType, values);
  if (claimed !== undefined && claimed !== computed.value && claimed !== computed.value.replace(/-\d+$/, ''))
    throw s3Errors.badDigest(algorithm);
  return computed;
}

/** Parts that were uploaded but not named go away. */
async function dropOthers(tx: Tx, upload: UploadRow, stored: readonly PartRow[], kept: readonly PartRow[]) {
  const numbers = new Set(kept.map((part) => part.number));
  for (const part of stored) {
    if (numbers.has(part.number)) continue;
    await tx.execute(
      'delete from s3_parts where account = ? and region = ? and owner_id = ? and number = ?',
      [upload.account, upload.region, upload.id, part.number],
    );
  }
}

function partChecksum(part: PartRow): StoredChecksum | undefined {
  return part.checksum === null ? undefined : (JSON.parse(part.checksum) as StoredChecksum);
}

function refusal({ reason, part }: Extract<Completion<unknown>, { kind: 'refused' }>) {
  switch (reason) {
    case 'empty':
      return s3Errors.malformed('You must specify at least one part');
    case 'order':
      return s3Error(
        400,
        'InvalidPartOrder',
        'The list of parts was not in ascending order. The parts list must be specified in order by part number.',
      );
    case 'unknown-part':
      return invalidPart(part);
    case 'too-small':
      return s3Error(400, 'EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', {
        PartNumber: part,
        MinSizeAllowed: MIN_PART_BYTES,
      });
  }
}

function invalidPart(part?: number) {
  return s3Error(
    400,
    'InvalidPart',
    "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    part === undefined ? {} : { PartNumber: part },
  );
}
