import type { Tx } from '../../kernel/database/port.ts';
import { newId } from '../../kernel/ids.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { publishObjectEvent, type Requester } from './events.ts';
import type { WriteConditions } from './model/preconditions.ts';
import { checkWrite } from './put-object.ts';
import { addVersion, latestVersion, removeVersion, versionById } from './store/objects.ts';
import type { BucketRow } from './tables.ts';

export interface Deleted {
  /** A marker was made, or one was removed. */
  readonly deleteMarker: boolean;
  /** Of what was removed, or of the marker that was made; undefined where the bucket has no versions. */
  readonly versionId: string | undefined;
}

/** Deletes one key or one version; what is not there counts as deleted. */
export async function deleteObject(
  kernel: Kernel,
  tx: Tx,
  bucket: BucketRow,
  key: string,
  versionId: string | undefined,
  conditions: WriteConditions,
  requester: Requester,
): Promise<Deleted> {
  const latest = await latestVersion(tx, bucket, key);
  if (versionId !== undefined) {
    const row = await versionById(tx, bucket, key, versionId);
    if (conditions.ifMatch !== undefined) checkWrite(conditions, key, row);
    if (row) {
      await removeVersion(tx, row);
      if (row.delete_marker === 0)
        await publishObjectEvent(kernel, tx, bucket, row, 'DeleteObject', requester);
    }
    return { deleteMarker: row?.delete_marker === 1, versionId };
  }
  if (conditions.ifMatch !== undefined) checkWrite(conditions, key, latest);
  if (bucket.versioning === '') {
    if (latest) {
      await removeVersion(tx, latest);
      await publishObjectEvent(kernel, tx, bucket, latest, 'DeleteObject', requester);
    }
    return { deleteMarker: false, versionId: undefined };
  }
  const marker = await addVersion(
    tx,
    bucket,
    key,
    {
      object_id: newId(),
      size: 0,
      etag: '',
      sha256: null,
      modified_at: kernel.clock.now(),
      headers: '{"metadata":{}}',
      checksum: null,
      tags: '[]',
      delete_marker: 1,
    },
    kernel.clock.wall(),
  );
  await publishObjectEvent(kernel, tx, bucket, marker, 'DeleteObject', requester);
  return { deleteMarker: true, versionId: marker.version_id };
}
