import { Readable } from 'node:stream';
import type { Reader } from '../../kernel/database/port.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { s3Errors } from './errors.ts';
import { type Range, spread } from './model/range.ts';
import { blobSpace } from './store/blobs.ts';
import { latestVersion, versionById } from './store/objects.ts';
import { listParts } from './store/parts.ts';
import type { BucketRow, ObjectRow } from './tables.ts';

/**
 * The version that is asked for, the newest when none is named. A delete marker is `NoSuchKey` as the newest version
 * and `MethodNotAllowed` by its id.
 */
export async function findObject(
  reader: Reader,
  bucket: BucketRow,
  key: string,
  versionId: string | undefined,
): Promise<ObjectRow> {
  if (versionId !== undefined) {
    const row = await versionById(reader, bucket, key, versionId);
    if (!row) throw s3Errors.noSuchVersion(key, versionId);
    if (row.delete_marker === 1) throw s3Errors.methodNotAllowed();
    return row;
  }
  const row = await latestVersion(reader, bucket, key);
  if (!row || row.delete_marker === 1) throw s3Errors.noSuchKey(key);
  return row;
}

/** Streams a range of an object, or all of it; parts follow each other without a gap. */
export async function openObject(kernel: Kernel, row: ObjectRow, range?: Range): Promise<Readable> {
  const space = blobSpace(row.account);
  if (row.size === 0) return Readable.from([]);
  if (row.sha256 !== null) return kernel.blobs.get(space, row.sha256, range);
  const parts = await listParts(kernel.database.read, { ...row, owner: row.object_id });
  const pieces = spread(parts, range ?? { start: 0, end: row.size - 1 });
  async function* bytes() {
    for (const piece of pieces) yield* await kernel.blobs.get(space, piece.part.sha256, piece.range);
  }
  return Readable.from(bytes(), { objectMode: false });
}
