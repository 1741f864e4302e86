import type { Readable } from 'node:stream';
import type { Scope } from '../../kernel/scope.ts';
import type { ServiceRoom } from '../../wire/room.ts';

export interface ObjectAddress {
  readonly bucket: string;
  readonly key: string;
  /** The newest version when absent. */
  readonly versionId?: string;
}

export interface ObjectInfo {
  readonly size: number;
  /** Without quotes. */
  readonly eTag: string;
  /** Undefined while the bucket was never versioned. */
  readonly versionId: string | undefined;
  /** Domain milliseconds. */
  readonly lastModified: number;
  readonly contentType: string | undefined;
  /** User metadata, names without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Objects for other rooms; `account` is who asks. Modelled S3 errors (`NoSuchKey`, `NoSuchBucket`) as `ApiError`. */
export interface S3Room extends ServiceRoom {
  /** Creates the bucket in this scope when it is missing; refuses when it belongs to another account. */
  ensureBucket(scope: Scope, bucket: string, options?: { readonly versioned?: boolean }): Promise<void>;
  /** Takes the body over: it is read to its end or, when the object is refused, destroyed. */
  putObject(
    account: string,
    address: Omit<ObjectAddress, 'versionId'>,
    body: Readable | Uint8Array,
    options?: {
      readonly contentType?: string;
      readonly cacheControl?: string;
      readonly metadata?: Readonly<Record<string, string>>;
    },
  ): Promise<ObjectInfo>;
  getObject(account: string, address: ObjectAddress): Promise<ObjectInfo & { readonly body: Readable }>;
  headObject(account: string, address: ObjectAddress): Promise<ObjectInfo>;
  deleteObject(account: string, address: ObjectAddress): Promise<void>;
  /** A URL that lets its bearer read the object for a while. */
  presignGet(
    account: string,
    address: ObjectAddress,
    expiresSeconds: number,
    origin?: string,
  ): Promise<string>;
}
