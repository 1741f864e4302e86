import type { Readable } from 'node:stream';

/** What a finished write tells. Digests are of the plain bytes. */
export interface BlobInfo {
  /** Names the bytes: lower-case hex SHA-256. */
  readonly sha256: string;
  readonly size: number;
  /** Lower-case hex; S3 makes its ETags of it. */
  readonly md5: string;
}

export interface ByteRange {
  readonly start: number;
  /** Inclusive. */
  readonly end: number;
}

export interface PutOptions {
  /** Refuses (an `ApiError` `EntityTooLarge`) as soon as more bytes come. */
  readonly maxBytes?: number;
  /** Digests that the caller announced; a difference refuses the blob (`BadDigest`). */
  readonly expect?: { readonly sha256?: string; readonly md5?: string; readonly size?: number };
}

/**
 * Bytes beside the database: content-addressed for each account, encrypted at rest, durable (fsync of file and folder)
 * before `put` resolves. Safe to call concurrently. A blob that nobody refers to is collected after a grace period, so
 * the row that refers to it must be written within that time.
 */
export interface BlobStore {
  put(account: string, bytes: Readable | Uint8Array, options?: PutOptions): Promise<BlobInfo>;
  /** Rejects with a `Fault` when the blob is missing. The caller consumes or destroys the stream. */
  get(account: string, sha256: string, range?: ByteRange): Promise<Readable>;
  has(account: string, sha256: string): Promise<boolean>;
  /** Removes; missing is fine. Only the collector calls it. */
  remove(account: string, sha256: string): Promise<void>;
  /** Every blob of every account with its age, for the collector and for `doctor`. */
  list(): AsyncIterable<{
    readonly account: string;
    readonly sha256: string;
    readonly size: number;
    readonly modified: number;
  }>;
}
