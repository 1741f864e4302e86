import type {
  DeletedObject,
  _Error as DeleteError,
  DeleteObjectCommandInput,
  DeleteObjectCommandOutput,
  DeleteObjectsCommandInput,
  DeleteObjectsCommandOutput,
  ObjectIdentifier,
} from '@aws-sdk/client-s3';
import type { Tx } from '../../../kernel/database/port.ts';
import { ApiError } from '../../../kernel/errors.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import { operation } from '../../../wire/operation.ts';
import { deleteObject } from '../delete-object.ts';
import { s3Errors } from '../errors.ts';
import type { Requester } from '../events.ts';
import { keyProblem } from '../model/object-key.ts';
import { ownBucket } from '../store/buckets.ts';
import type { BucketRow } from '../tables.ts';
import { checkKey, requesterOf } from './shared.ts';

const MAX_KEYS = 1000;

export function deleteObjectOperation(kernel: Kernel) {
  return operation<DeleteObjectCommandInput, Omit<DeleteObjectCommandOutput, '$metadata'>>({
    mutates: true,
    resources: (input) => [`arn:aws:s3:::${input.Bucket}/${input.Key}`],
    async handler(input, context) {
      const key = input.Key as string;
      checkKey(key);
      if (input.IfMatchLastModifiedTime !== undefined || input.IfMatchSize !== undefined)
        throw s3Errors.notImplemented('conditional deletes of directory buckets');
      const requester = requesterOf(context);
      return kernel.database.transaction(async (tx) => {
        const name = input.Bucket as string;
        const bucket = await ownBucket(tx, requester.account, name, input.ExpectedBucketOwner);
        const conditions = { ifMatch: input.IfMatch };
        const deleted = await deleteObject(kernel, tx, bucket, key, input.VersionId, conditions, requester);
        return { DeleteMarker: deleted.deleteMarker || undefined, VersionId: deleted.versionId };
      });
    },
  });
}

export function deleteObjects(kernel: Kernel) {
  return operation<DeleteObjectsCommandInput, Omit<DeleteObjectsCommandOutput, '$metadata'>>({
    iamAction: 's3:DeleteObject',
    mutates: true,
    resources: (input) =>
      (input.Delete?.Objects ?? []).map(({ Key }) => `arn:aws:s3:::${input.Bucket}/${Key}`),
    async handler(input, context) {
      const objects = input.Delete?.Objects ?? [];
      if (objects.length === 0 || objects.length > MAX_KEYS)
        throw s3Errors.malformed(
          'The XML you provided was not well-formed or did not validate against our published schema',
        );
      const requester = requesterOf(context);
      return kernel.database.transaction(async (tx) => {
        const name = input.Bucket as string;
        const bucket = await ownBucket(tx, requester.account, name, input.ExpectedBucketOwner);
        const Deleted: DeletedObject[] = [];
        const Errors: DeleteError[] = [];
        for (const object of objects) {
          const outcome = await deleteOne(kernel, tx, bucket, object, requester);
          if ('Code' in outcome) Errors.push(outcome);
          else if (!input.Delete?.Quiet) Deleted.push(outcome);
        }
        return { Deleted, Errors };
      });
    },
  });
}

/** One key of many: its refusal does not stop the others. */
async function deleteOne(
  kernel: Kernel,
  tx: Tx,
  bucket: BucketRow,
  object: ObjectIdentifier,
  requester: Requester,
): Promise<DeletedObject | DeleteError> {
  const Key = object.Key as string;
  if (keyProblem(Key)) return { Key, Code: 'InvalidURI', Message: "Couldn't parse the specified URI." };
  try {
    const conditions = { ifMatch: object.ETag };
    const deleted = await deleteObject(kernel, tx, bucket, Key, object.VersionId, conditions, requester);
    return {
      Key,
      VersionId: object.VersionId,
      DeleteMarker: deleted.deleteMarker || undefined,
      DeleteMarkerVersionId: deleted.deleteMarker ? deleted.versionId : undefined,
    };
  } catch (error) {
    // Refused before anything was written, so the transaction goes on with the next key.
    if (!(error instanceof ApiError)) throw error;
    return { Key, VersionId: object.VersionId, Code: error.code, Message: error.message };
  }
}
