import type { Readable } from 'node:stream';
import type { Tx } from '../../kernel/database/port.ts';
import { newId } from '../../kernel/ids.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { s3Errors } from './errors.ts';
import { type EventReason, publishObjectEvent, type Requester } from './events.ts';
import { judgeWrite, type WriteConditions } from './model/preconditions.ts';
import type { Tag } from './model/tags.ts';
import { claimBlob, type StoredBytes, type StoreOptions, storeBytes } from './store/blobs.ts';
import { ownBucket } from './store/buckets.ts';
import { addVersion, latestVersion, type NewVersion } from './store/objects.ts';
import type { BucketRow, ObjectHeaders, ObjectRow } from './tables.ts';

export interface PutRequest {
  readonly bucket: string;
  readonly key: string;
  readonly body: Readable | Uint8Array | undefined;
  readonly headers: ObjectHeaders;
  readonly tags: readonly Tag[];
  readonly digests: StoreOptions;
  readonly conditions: WriteConditions;
  readonly expectedOwner?: string | undefined;
}

export interface Written {
  readonly bucket: BucketRow;
  readonly row: ObjectRow;
}

/** Stores the bytes, then the row, its event and the verdict on the conditions in one commit. */
export async function putObject(kernel: Kernel, requester: Requester, request: PutRequest): Promise<Written> {
  const { bucket: name, key, body, expectedOwner } = request;
  // Before the bytes are taken; the transaction asks again.
  const seen = await ownBucket(kernel.database.read, requester.account, name, expectedOwner);
  checkWrite(request.conditions, key, await latestVersion(kernel.database.read, seen, key));
  const bytes = await storeBytes(kernel, requester.account, body, request.digests);
  kernel.failpoints.hit('s3.put:stored');
  return kernel.database.transaction(async (tx) => {
    const bucket = await ownBucket(tx, requester.account, name, expectedOwner);
    checkWrite(request.conditions, key, await latestVersion(tx, bucket, key));
    await claimBlob(tx, bucket.owner, bytes);
    const version = newVersion(kernel, bytes, request);
    return writeVersion(kernel, tx, bucket, key, version, 'PutObject', requester);
  });
}

/** Adds a version and its event. */
export async function writeVersion(
  kernel: Kernel,
  tx: Tx,
  bucket: BucketRow,
  key: string,
  version: NewVersion,
  reason: EventReason,
  requester: Requester,
): Promise<Written> {
  const row = await addVersion(tx, bucket, key, version, kernel.clock.wall());
  await publishObjectEvent(kernel, tx, bucket, row, reason, requester);
  return { bucket, row };
}

/** Refuses when the conditions do not hold for what is there now. */
export function checkWrite(conditions: WriteConditions, key: string, latest: ObjectRow | undefined): void {
  const there = latest && latest.delete_marker === 0 ? latest : undefined;
  const verdict = judgeWrite(conditions, there && { eTag: there.etag, lastModified: there.modified_at });
  if (verdict.kind === 'failed') throw s3Errors.preconditionFailed(verdict.condition);
  if (verdict.kind === 'missing') throw s3Errors.noSuchKey(key);
  if (verdict.kind === 'unsupported') throw s3Errors.notImplemented('If-None-Match with an ETag');
}

function newVersion(kernel: Kernel, bytes: StoredBytes, request: PutRequest): NewVersion {
  return {
    object_id: newId(),
    size: bytes.size,
    etag: bytes.md5,
    sha256: bytes.sha256,
    modified_at: kernel.clock.now(),
    headers: JSON.stringify(request.headers),
    checksum: bytes.checksum ? JSON.stringify(bytes.checksum) : null,
    tags: JSON.stringify(request.tags),
    delete_marker: 0,
  };
}
