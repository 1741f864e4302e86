import { ApiError } from '../../kernel/errors.ts';

/** S3's errors in AWS's words. */
export const s3Errors = {
  noSuchBucket: (bucket: string) =>
    s3Error(404, 'NoSuchBucket', 'The specified bucket does not exist', { BucketName: bucket }),
  noSuchKey: (key: string) => s3Error(404, 'NoSuchKey', 'The specified key does not exist.', { Key: key }),
  noSuchVersion: (key: string, versionId: string) =>
    s3Error(404, 'NoSuchVersion', 'The specified version does not exist.', {
      Key: key,
      VersionId: versionId,
    }),
  noSuchUpload: (uploadId: string) =>
    s3Error(
      404,
      'NoSuchUpload',
      'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
      { UploadId: uploadId },
    ),
  accessDenied: () => s3Error(403, 'AccessDenied', 'Access Denied'),
  invalidArgument: (message: string) => s3Error(400, 'InvalidArgument', message),
  invalidRequest: (message: string) => s3Error(400, 'InvalidRequest', message),
  malformed: (message: string) => s3Error(400, 'MalformedXML', message),
  /** What a header or member asks for is not built here. */
  notImplemented: (what: string) =>
    s3Error(
      501,
      'NotImplemented',
      `A header you provided implies functionality that is not implemented: ${what}`,
    ),
  preconditionFailed: (condition: string) =>
    s3Error(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
      Condition: condition,
    }),
  notModified: () => s3Error(304, 'NotModified', 'Not Modified'),
  invalidRange: () => s3Error(416, 'InvalidRange', 'The requested range is not satisfiable'),
  methodNotAllowed: () =>
    s3Error(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.'),
  badDigest: (name: string) =>
    s3Error(400, 'BadDigest', `The ${name} you specified did not match the calculated checksum.`),
  invalidPartNumber: () => s3Error(416, 'InvalidPartNumber', 'The requested partnumber is not satisfiable'),
  invalidDigest: () => s3Error(400, 'InvalidDigest', 'The Content-MD5 you specified is not valid.'),
  slowDown: () => s3Error(503, 'SlowDown', 'Please reduce your request rate.'),
};

export function s3Error(
  status: number,
  code: string,
  message: string,
  members: Readonly<Record<string, unknown>> = {},
): ApiError {
  return new ApiError(code, message, { status, members });
}
