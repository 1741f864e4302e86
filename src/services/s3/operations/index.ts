import type { Kernel } from '../../../kernel/kernel.ts';
import type { ServiceOperations } from '../../../wire/operation.ts';
import { bucketOperations } from './buckets.ts';
import { deleteObjectOperation, deleteObjects } from './delete.ts';
import { getObject, headObject } from './get.ts';
import { putObjectOperation } from './put.ts';

/** Every S3 operation that is built. */
export function s3Operations(kernel: Kernel): ServiceOperations {
  return {
    ...bucketOperations(kernel),
    PutObject: putObjectOperation(kernel),
    GetObject: getObject(kernel),
    HeadObject: headObject(kernel),
    DeleteObject: deleteObjectOperation(kernel),
    DeleteObjects: deleteObjects(kernel),
  };
}
