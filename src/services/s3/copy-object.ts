import { newId } from '../../kernel/ids.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { type DigestAlgorithm, startDigest } from '../../wire/sigv4/checksums/digest.ts';
import type { StoredChecksum } from './checksums.ts';
import { s3Error, s3Errors } from './errors.ts';
import type { Requester } from './events.ts';
import type { CopySource } from './model/copy-source.ts';
import { judgeRead, type ReadConditions, type WriteConditions } from './model/preconditions.ts';
import { checkWrite, type Written, writeVersion } from './put-object.ts';
import { findObject, openObject } from './read-object.ts';
import { ownBucket } from './store/buckets.ts';
import { latestVersion } from './store/objects.ts';
import { copyParts } from './store/parts.ts';
import type { BucketRow, ObjectRow } from './tables.ts';

export interface CopyRequest {
  readonly source: CopySource;
  readonly sourceConditions: ReadConditions;
  readonly sourceOwner?: string | undefined;
  readonly bucket: string;
  readonly key: string;
  readonly owner?: string | undefined;
  /** Undefined: as the source has them. JSON of the row. */
  readonly headers: string | undefined;
  readonly tags: string | undefined;
  readonly algorithm: DigestAlgorithm | undefined;
  readonly conditions: WriteConditions;
}

export interface Copied extends Written {
  readonly source: ObjectRow;
  readonly sourceBucket: BucketRow;
}

/** Copies within an account. Only rows are written: both objects refer to the same bytes. */
export async function copyObject(
  kernel: Kernel,
  requester: Requester,
  request: CopyRequest,
): Promise<Copied> {
  const digested = await digestSource(kernel, requester, request);
  return kernel.database.transaction(async (tx) => {
    // Always in the same order, so that two copies in opposite directions do not wait for each other.
    const buckets = new Map<string, BucketRow>();
    for (const name of [...new Set([request.source.bucket, request.bucket])].toSorted())
      buckets.set(name, await ownBucket(tx, requester.account, name));
    const sourceBucket = buckets.get(request.source.bucket) as BucketRow;
    const bucket = buckets.get(request.bucket) as BucketRow;
    if ((request.owner ?? bucket.owner) !== bucket.owner) throw s3Errors.accessDenied();
    if ((request.sourceOwner ?? sourceBucket.owner) !== sourceBucket.owner) throw s3Errors.accessDenied();
    const source = await findObject(tx, sourceBucket, request.source.key, request.source.versionId);
    checkSource(request.sourceConditions, source);
    refuseIdle(request);
    if (digested && digested.objectId !== source.object_id) throw changedMeanwhile();
    checkWrite(request.conditions, request.key, await latestVersion(tx, bucket, request.key));
    const objectId = newId();
    if (source.sha256 === null) {
      const { owner: account, home_region: region } = bucket;
      await copyParts(tx, { ...source, owner: source.object_id }, { account, region, owner: objectId });
    }
    const written = await writeVersion(
      kernel,
      tx,
      bucket,
      request.key,
      {
        object_id: objectId,
        size: source.size,
        etag: source.etag,
        sha256: source.sha256,
        modified_at: kernel.clock.now(),
        headers: request.headers ?? source.headers,
        checksum: digested ? JSON.stringify(digested.checksum) : source.checksum,
        tags: request.tags ?? source.tags,
        delete_marker: 0,
      },
      'CopyObject',
      requester,
    );
    return { ...written, source, sourceBucket };
  });
}

/** Both ways a source's conditions can fail are 412 for a copy. */
export function checkSource(conditions: ReadConditions, source: ObjectRow): void {
  const verdict = judgeRead(conditions, { eTag: source.etag, lastModified: source.modified_at });
  if (verdict.kind === 'failed') throw s3Errors.preconditionFailed(`x-amz-copy-source-${verdict.condition}`);
  if (verdict.kind === 'not-modified') throw s3Errors.preconditionFailed('x-amz-copy-source-If-None-Match');
}

/** Another checksum than the source's needs the bytes; they are read before the transaction. */
async function digestSource(
  kernel: Kernel,
  requester: Requester,
  { source: { bucket: name, key, versionId }, algorithm }: CopyRequest,
): Promise<{ readonly objectId: string; readonly checksum: StoredChecksum } | undefined> {
  if (!algorithm) return undefined;
  const bucket = await ownBucket(kernel.database.read, requester.account, name);
  const row = await findObject(kernel.database.read, bucket, key, versionId);
  const known = row.checksum === null ? undefined : (JSON.parse(row.checksum) as StoredChecksum);
  if (known?.algorithm === algorithm) return undefined;
  const running = startDigest(algorithm);
  for await (const piece of await openObject(kernel, row)) running.update(piece as Uint8Array);
  const value = running.digest().toString('base64');
  return { objectId: row.object_id, checksum: { algorithm, type: 'FULL_OBJECT', value } };
}

function refuseIdle({ source, bucket, key, headers, tags, algorithm }: CopyRequest): void {
  const itself = source.bucket === bucket && source.key === key && source.versionId === undefined;
  if (itself && headers === undefined && tags === undefined && algorithm === undefined) {
    throw s3Errors.invalidRequest(
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
}

function changedMeanwhile() {
  return s3Error(
    409,
    'OperationAborted',
    'A conflicting conditional operation is currently in progress against this resource. Please try again.',
  );
}
