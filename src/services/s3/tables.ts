import type { Migration } from '../../kernel/database/port.ts';

/** Bucket names are partition-global: account and region of the row are `-`. */
export interface BucketRow {
  name: string;
  owner: string;
  home_region: string;
  created_at: number;
  /** Empty while the bucket was never versioned. */
  versioning: '' | 'Enabled' | 'Suspended';
}

/** One version of an object, or a delete marker. Account and region are the bucket's. */
export interface ObjectRow {
  account: string;
  region: string;
  bucket: string;
  key: string;
  /** Rises with each version of a key. */
  seq: number;
  version_id: string;
  latest: number;
  delete_marker: number;
  /** Owner of its rows in `s3_parts`. */
  object_id: string;
  size: number;
  etag: string;
  /** The one blob behind it; null when it was put together from parts, or is a delete marker. */
  sha256: string | null;
  modified_at: number;
  /** JSON: {@link ObjectHeaders}. */
  headers: string;
  /** JSON: `StoredChecksum`, or null. */
  checksum: string | null;
  /** JSON: `Tag[]`. */
  tags: string;
}

/** What was said about the content when it was put. */
export interface ObjectHeaders {
  readonly contentType?: string | undefined;
  readonly cacheControl?: string | undefined;
  readonly contentDisposition?: string | undefined;
  readonly contentEncoding?: string | undefined;
  readonly contentLanguage?: string | undefined;
  /** As it came: an HTTP date, or whatever else a client wrote. */
  readonly expires?: string | undefined;
  /** User metadata, names without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** A part of an upload under way (owner: its id) or of a finished object (owner: the same id). */
export interface PartRow {
  account: string;
  region: string;
  owner_id: string;
  number: number;
  size: number;
  md5: string;
  sha256: string;
  modified_at: number;
  checksum: string | null;
}

export interface UploadRow {
  account: string;
  region: string;
  id: string;
  bucket: string;
  key: string;
  created_at: number;
  headers: string;
  tags: string;
  /** Empty when none was asked for. */
  checksum_algorithm: string;
  checksum_type: string;
}

export const s3Migrations: readonly Migration[] = [
  {
    id: '0201-s3-buckets',
    async up(tx) {
      await tx.execute(`create table s3_buckets (
        account text not null, region text not null, name text not null, owner text not null,
        home_region text not null, created_at bigint not null, versioning text not null,
        primary key (account, region, name))`);
      await tx.execute('create index s3_buckets_by_owner on s3_buckets (owner, name)');
      await tx.execute(`create table s3_bucket_settings (
        account text not null, region text not null, bucket text not null, kind text not null,
        document text not null, primary key (account, region, bucket, kind))`);
    },
  },
  {
    id: '0202-s3-objects',
    async up(tx) {
      await tx.execute(`create table s3_objects (
        account text not null, region text not null, bucket text not null, key text not null,
        seq bigint not null, version_id text not null, latest integer not null, delete_marker integer not null,
        object_id text not null, size bigint not null, etag text not null, sha256 text,
        modified_at bigint not null, headers text not null, checksum text, tags text not null,
        primary key (account, region, bucket, key, seq))`);
      await tx.execute(
        'create unique index s3_objects_by_version on s3_objects (account, region, bucket, key, version_id)',
      );
      await tx.execute(
        'create unique index s3_objects_latest on s3_objects (account, region, bucket, key) where latest = 1',
      );
      await tx.execute('create index s3_objects_by_blob on s3_objects (account, sha256)');
      await tx.execute(`create table s3_uploads (
        account text not null, region text not null, id text not null, bucket text not null, key text not null,
        created_at bigint not null, headers text not null, tags text not null,
        checksum_algorithm text not null, checksum_type text not null,
        primary key (account, region, id))`);
      await tx.execute('create index s3_uploads_by_key on s3_uploads (account, region, bucket, key, id)');
      await tx.execute(`create table s3_parts (
        account text not null, region text not null, owner_id text not null, number integer not null,
        size bigint not null, md5 text not null, sha256 text not null, modified_at bigint not null, checksum text,
        primary key (account, region, owner_id, number))`);
      await tx.execute('create index s3_parts_by_blob on s3_parts (account, sha256)');
      await tx.execute(`create table s3_condemned_blobs (
        account text not null, region text not null, sha256 text not null, state text not null, at bigint not null,
        primary key (account, region, sha256))`);
    },
  },
];
