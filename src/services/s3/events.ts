import type { Tx } from '../../kernel/database/port.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { BucketRow, ObjectRow } from './tables.ts';

/** Who asked for a change, for its event. Other rooms ask without a request. */
export interface Requester {
  readonly account: string;
  readonly requestId: string;
  readonly sourceIp: string;
}

/** AWS's names of what made or removed an object. */
export type EventReason = 'PutObject' | 'CopyObject' | 'CompleteMultipartUpload' | 'DeleteObject';

/** Puts `Object Created` or `Object Deleted` into the outbox (A3.2), in EventBridge's shape. */
export async function publishObjectEvent(
  kernel: Kernel,
  tx: Tx,
  bucket: BucketRow,
  row: ObjectRow,
  reason: EventReason,
  requester: Requester,
): Promise<void> {
  const deleted = reason === 'DeleteObject';
  const versioned = bucket.versioning !== '' || row.version_id !== 'null';
  const object = {
    key: row.key,
    ...(row.delete_marker === 1 ? {} : { size: row.size, etag: row.etag }),
    ...(versioned ? { 'version-id': row.version_id } : {}),
    sequencer: row.seq.toString(16).toUpperCase().padStart(16, '0'),
  };
  await kernel.outbox.publish(
    tx,
    { account: bucket.owner, region: bucket.home_region },
    { kind: 's3.object', id: `${bucket.name}/${row.key}` },
    {
      source: 'aws.s3',
      detailType: deleted ? 'Object Deleted' : 'Object Created',
      resources: [`arn:aws:s3:::${bucket.name}`],
      detail: {
        version: '0',
        bucket: { name: bucket.name },
        object,
        'request-id': requester.requestId,
        requester: requester.account,
        'source-ip-address': requester.sourceIp,
        reason,
        ...(deleted
          ? { 'deletion-type': row.delete_marker === 1 ? 'Delete Marker Created' : 'Permanently Deleted' }
          : {}),
      },
    },
  );
}
