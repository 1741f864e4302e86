import type { Reader, Tx } from '../../../kernel/database/port.ts';
import { newOpaque, nextPosition } from '../../../kernel/ids.ts';
import type { BucketRow, ObjectRow } from '../tables.ts';

/** What a new version is made of. */
export type NewVersion = Pick<
  ObjectRow,
  'object_id' | 'size' | 'etag' | 'sha256' | 'modified_at' | 'headers' | 'checksum' | 'tags' | 'delete_marker'
>;

/** The version id of what was put while versioning was not enabled. */
export const NULL_VERSION = 'null';

/** The newest version of a key, be it a delete marker. */
export async function latestVersion(
  reader: Reader,
  bucket: BucketRow,
  key: string,
): Promise<ObjectRow | undefined> {
  const [row] = await reader.query<ObjectRow>(
    'select * from s3_objects where account = ? and region = ? and bucket = ? and key = ? and latest = 1',
    [bucket.owner, bucket.home_region, bucket.name, key],
  );
  return row;
}

export async function versionById(
  reader: Reader,
  bucket: BucketRow,
  key: string,
  versionId: string,
): Promise<ObjectRow | undefined> {
  const [row] = await reader.query<ObjectRow>(
    'select * from s3_objects where account = ? and region = ? and bucket = ? and key = ? and version_id = ?',
    [bucket.owner, bucket.home_region, bucket.name, key, versionId],
  );
  return row;
}

/** Makes a version the newest one. Without versioning it takes the place of the version `null`. */
export async function addVersion(
  tx: Tx,
  bucket: BucketRow,
  key: string,
  version: NewVersion,
  wallMs: number,
): Promise<ObjectRow> {
  const place = [bucket.owner, bucket.home_region, bucket.name, key];
  const [newest] = await tx.query<{ seq: number | null }>(
    'select max(seq) as seq from s3_objects where account = ? and region = ? and bucket = ? and key = ?',
    place,
  );
  const versionId = bucket.versioning === 'Enabled' ? newOpaque(24) : NULL_VERSION;
  if (versionId === NULL_VERSION) {
    const replaced = await versionById(tx, bucket, key, NULL_VERSION);
    if (replaced) await dropRow(tx, replaced);
  }
  await tx.execute(
    'update s3_objects set latest = 0 where account = ? and region = ? and bucket = ? and key = ? and latest = 1',
    place,
  );
  const row: ObjectRow = {
    ...version,
    account: bucket.owner,
    region: bucket.home_region,
    bucket: bucket.name,
    key,
    seq: Math.max(nextPosition(wallMs), (newest?.seq ?? 0) + 1),
    version_id: versionId,
    latest: 1,
  };
  await tx.execute(
    `insert into s3_objects (account, region, bucket, key, seq, version_id, latest, delete_marker, object_id, size,
       etag, sha256, modified_at, headers, checksum, tags) values (?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      ...place,
      row.seq,
      row.version_id,
      row.delete_marker,
      row.object_id,
      row.size,
      row.etag,
      row.sha256,
      row.modified_at,
      row.headers,
      row.checksum,
      row.tags,
    ],
  );
  return row;
}

/** Removes one version for good; the one before it becomes the newest. */
export async function removeVersion(tx: Tx, row: ObjectRow): Promise<void> {
  await dropRow(tx, row);
  if (row.latest !== 1) return;
  const place = [row.account, row.region, row.bucket, row.key];
  await tx.execute(
    `update s3_objects set latest = 1
      where account = ? and region = ? and bucket = ? and key = ? and seq =
        (select max(seq) from s3_objects where account = ? and region = ? and bucket = ? and key = ?)`,
    [...place, ...place],
  );
}

async function dropRow(tx: Tx, row: ObjectRow): Promise<void> {
  await tx.execute(
    'delete from s3_objects where account = ? and region = ? and bucket = ? and key = ? and seq = ?',
    [row.account, row.region, row.bucket, row.key, row.seq],
  );
  if (row.sha256 === null && row.delete_marker === 0) {
    await tx.execute('delete from s3_parts where account = ? and region = ? and owner_id = ?', [
      row.account,
      row.region,
      row.object_id,
    ]);
  }
}
