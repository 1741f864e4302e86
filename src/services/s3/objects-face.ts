import { Readable } from 'node:stream';
import { newId } from '../../kernel/ids.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Scope } from '../../kernel/scope.ts';
import { presign } from '../../wire/sigv4/sign.ts';
import { deleteObject } from './delete-object.ts';
import { s3Error, s3Errors } from './errors.ts';
import type { Requester } from './events.ts';
import type { ObjectInfo, S3Room } from './face.ts';
import { keyProblem } from './model/object-key.ts';
import { putObject } from './put-object.ts';
import { findObject, openObject } from './read-object.ts';
import { findBucket, insertBucket, ownBucket } from './store/buckets.ts';
import type { BucketRow, ObjectHeaders, ObjectRow } from './tables.ts';

/** The key that presigned URLs of an account are signed with. */
export type SigningKeyOf = (
  account: string,
) => Promise<{ readonly accessKeyId: string; readonly secretAccessKey: string }>;

type Face = Pick<
  S3Room,
  'ensureBucket' | 'putObject' | 'getObject' | 'headObject' | 'deleteObject' | 'presignGet'
>;

/** Rooms ask without a request of their own. */
const requester = (account: string): Requester => ({ account, requestId: newId(), sourceIp: '127.0.0.1' });

/** What other rooms call, by the same ways that requests take. */
export function objectsFace(kernel: Kernel, signingKey: SigningKeyOf | undefined): Face {
  const { read } = kernel.database;
  const find = async (account: string, address: { bucket: string; key: string; versionId?: string }) => {
    checkKey(address.key);
    const bucket = await ownBucket(read, account, address.bucket);
    const row = await findObject(read, bucket, address.key, address.versionId);
    return { bucket, row };
  };
  return {
    ensureBucket: (scope, bucket, options) =>
      ensureBucket(kernel, scope, bucket, options?.versioned === true),
    async putObject(account, { bucket, key }, body, options = {}) {
      try {
        checkKey(key);
        const written = await putObject(kernel, requester(account), {
          bucket,
          key,
          body,
          headers: {
            contentType: options.contentType,
            cacheControl: options.cacheControl,
            metadata: options.metadata ?? {},
          },
          tags: [],
          digests: {},
          conditions: {},
        });
        return infoOf(written.bucket, written.row);
      } catch (error) {
        // Refused before it was read: what feeds it (a file, a process) must not stay open.
        if (body instanceof Readable) body.destroy();
        throw error;
      }
    },
    async getObject(account, address) {
      const { bucket, row } = await find(account, address);
      return { ...infoOf(bucket, row), body: await openObject(kernel, row) };
    },
    async headObject(account, address) {
      const { bucket, row } = await find(account, address);
      return infoOf(bucket, row);
    },
    async deleteObject(account, { bucket: name, key, versionId }) {
      checkKey(key);
      await kernel.database.transaction(async (tx) => {
        const bucket = await ownBucket(tx, account, name);
        await deleteObject(kernel, tx, bucket, key, versionId, {}, requester(account));
      });
    },
    async presignGet(account, { bucket: name, key, versionId }, expiresSeconds, origin) {
      checkKey(key);
      if (!signingKey) throw new Error('this room was made without a way to get signing keys');
      const bucket = await ownBucket(read, account, name);
      const endpoint = new URL(origin ?? kernel.endpoint());
      const path = presign({
        method: 'GET',
        host: endpoint.host,
        rawPath: `/${name}/${key.split('/').map(encodePart).join('/')}`,
        query: versionId === undefined ? {} : { versionId },
        expires: expiresSeconds,
        region: bucket.home_region,
        service: 's3',
        credentials: await signingKey(account),
        now: kernel.clock.wall(),
      });
      return `${endpoint.origin}${path}`;
    },
  };
}

async function ensureBucket(kernel: Kernel, scope: Scope, name: string, versioned: boolean): Promise<void> {
  await kernel.database.transaction(async (tx) => {
    const versioning = versioned ? 'Enabled' : '';
    const row: BucketRow = {
      name,
      owner: scope.account,
      home_region: scope.region,
      created_at: kernel.clock.now(),
      versioning,
    };
    if ((await findBucket(tx, name)) === undefined) await insertBucket(tx, row);
    const bucket = await findBucket(tx, name);
    if (bucket?.owner !== scope.account)
      throw s3Error(409, 'BucketAlreadyExists', `The bucket ${name} belongs to another account.`, {
        BucketName: name,
      });
    if (versioned && bucket.versioning !== 'Enabled')
      await tx.execute(
        "update s3_buckets set versioning = 'Enabled' where account = '-' and region = '-' and name = ?",
        [name],
      );
  });
}

function infoOf(bucket: BucketRow, row: ObjectRow): ObjectInfo {
  const headers = JSON.parse(row.headers) as ObjectHeaders;
  return {
    size: row.size,
    eTag: row.etag,
    versionId: bucket.versioning === '' ? undefined : row.version_id,
    lastModified: row.modified_at,
    contentType: headers.contentType,
    metadata: headers.metadata,
  };
}

function checkKey(key: string): void {
  if (keyProblem(key))
    throw s3Errors.invalidArgument(`not a key of an object: ${JSON.stringify(key.slice(0, 100))}`);
}

function encodePart(part: string): string {
  return encodeURIComponent(part).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
