import type { Kernel } from '../../../kernel/kernel.ts';
import type { ServiceOperations } from '../../../wire/operation.ts';
import { attributeOperations } from './attributes.ts';
import { bucketSettingOperations } from './bucket-settings.ts';
import { bucketOperations } from './buckets.ts';
import { copyObjectOperation } from './copy.ts';
import { deleteObjectOperation, deleteObjects } from './delete.ts';
import { getObject, headObject } from './get.ts';
import { listObjects, listObjectsV2 } from './list-objects.ts';
import { listMultipartUploads, listParts } from './list-uploads.ts';
import { listObjectVersions } from './list-versions.ts';
import { multipartOperations } from './multipart.ts';
import { objectTaggingOperations } from './object-tagging.ts';
import { putObjectOperation } from './put.ts';

/** Every S3 operation that is built. */
export function s3Operations(kernel: Kernel): ServiceOperations {
  return {
    ...bucketOperations(kernel),
    ...bucketSettingOperations(kernel),
    PutObject: putObjectOperation(kernel),
    CopyObject: copyObjectOperation(kernel),
    GetObject: getObject(kernel),
    HeadObject: headObject(kernel),
    DeleteObject: deleteObjectOperation(kernel),
    DeleteObjects: deleteObjects(kernel),
    ListObjects: listObjects(kernel),
    ListObjectsV2: listObjectsV2(kernel),
    ListObjectVersions: listObjectVersions(kernel),
    ...multipartOperations(kernel),
    ListMultipartUploads: listMultipartUploads(kernel),
    ListParts: listParts(kernel),
    ...objectTaggingOperations(kernel),
    ...attributeOperations(kernel),
  };
}
