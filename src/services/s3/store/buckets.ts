import type { Reader, Tx } from '../../../kernel/database/port.ts';
import { s3Error, s3Errors } from '../errors.ts';
import { bucketNameProblem } from '../model/bucket-name.ts';
import type { BucketRow } from '../tables.ts';

export async function findBucket(reader: Reader | Tx, name: string): Promise<BucketRow | undefined> {
  const lock = 'execute' in reader && reader.dialect === 'postgres' ? ' for update' : '';
  const [row] = await reader.query<BucketRow>(
    `select name, owner, home_region, created_at, versioning from s3_buckets
      where account = '-' and region = '-' and name = ?${lock}`,
    [name],
  );
  return row;
}

/**
 * A bucket of the asking account: `NoSuchBucket` when there is none, `AccessDenied` when it is somebody else's. In a
 * transaction the row stays locked, so writes to one bucket follow each other and none lands in a bucket being deleted.
 */
export async function ownBucket(
  reader: Reader | Tx,
  account: string,
  name: string,
  expectedOwner?: string,
): Promise<BucketRow> {
  const row = await findBucket(reader, name);
  if (!row) throw s3Errors.noSuchBucket(name);
  if (row.owner !== account || (expectedOwner !== undefined && expectedOwner !== row.owner))
    throw s3Errors.accessDenied();
  return row;
}

/** Inserts; false when the name is taken. */
export async function insertBucket(tx: Tx, row: BucketRow): Promise<boolean> {
  const problem = bucketNameProblem(row.name);
  if (problem)
    throw s3Error(400, 'InvalidBucketName', `The specified bucket is not valid: ${problem}.`, {
      BucketName: row.name,
    });
  const made = await tx.execute(
    `insert into s3_buckets (account, region, name, owner, home_region, created_at, versioning)
     values ('-', '-', ?, ?, ?, ?, ?) on conflict (account, region, name) do nothing`,
    [row.name, row.owner, row.home_region, row.created_at, row.versioning],
  );
  if (made === 0) return false;
  // What a new bucket has at AWS since April 2023: no public access, the owner owns every object.
  await putSetting(tx, row.name, 'publicAccessBlock', {
    BlockPublicAcls: true,
    IgnorePublicAcls: true,
    BlockPublicPolicy: true,
    RestrictPublicBuckets: true,
  });
  await putSetting(tx, row.name, 'ownershipControls', {
    Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }],
  });
  return true;
}

/** Parts of a bucket's configuration that are documents of their own. */
export type SettingKind = 'tagging' | 'policy' | 'publicAccessBlock' | 'ownershipControls' | 'encryption';

export async function getSetting<T>(
  reader: Reader,
  bucket: string,
  kind: SettingKind,
): Promise<T | undefined> {
  const [row] = await reader.query<{ document: string }>(
    "select document from s3_bucket_settings where account = '-' and region = '-' and bucket = ? and kind = ?",
    [bucket, kind],
  );
  return row && (JSON.parse(row.document) as T);
}

export async function putSetting(
  tx: Tx,
  bucket: string,
  kind: SettingKind,
  document: unknown,
): Promise<void> {
  await tx.execute(
    `insert into s3_bucket_settings (account, region, bucket, kind, document) values ('-', '-', ?, ?, ?)
     on conflict (account, region, bucket, kind) do update set document = excluded.document`,
    [bucket, kind, JSON.stringify(document)],
  );
}

export async function removeSetting(tx: Tx, bucket: string, kind: SettingKind): Promise<void> {
  await tx.execute(
    "delete from s3_bucket_settings where account = '-' and region = '-' and bucket = ? and kind = ?",
    [bucket, kind],
  );
}

/** Removes an empty bucket with all its settings; `BucketNotEmpty` when a version, a marker or an upload is left. */
export async function deleteBucket(tx: Tx, bucket: BucketRow): Promise<void> {
  const place = [bucket.owner, bucket.home_region, bucket.name];
  const [left] = await tx.query(
    'select 1 from s3_objects where account = ? and region = ? and bucket = ? limit 1',
    place,
  );
  if (left) {
    throw s3Error(
      409,
      'BucketNotEmpty',
      bucket.versioning === ''
        ? 'The bucket you tried to delete is not empty'
        : 'The bucket you tried to delete is not empty. You must delete all versions in the bucket.',
      { BucketName: bucket.name },
    );
  }
  await tx.execute(
    `delete from s3_parts where account = ? and region = ? and owner_id in
       (select id from s3_uploads where account = ? and region = ? and bucket = ?)`,
    [...place.slice(0, 2), ...place],
  );
  await tx.execute('delete from s3_uploads where account = ? and region = ? and bucket = ?', place);
  await tx.execute("delete from s3_bucket_settings where account = '-' and region = '-' and bucket = ?", [
    bucket.name,
  ]);
  await tx.execute("delete from s3_buckets where account = '-' and region = '-' and name = ?", [bucket.name]);
}
