import type {
  GetObjectCommandInput,
  GetObjectCommandOutput,
  HeadObjectCommandInput,
  HeadObjectCommandOutput,
} from '@aws-sdk/client-s3';
import type { Kernel } from '../../../kernel/kernel.ts';
import { operation, type RequestContext } from '../../../wire/operation.ts';
import { checksumMembers, type StoredChecksum } from '../checksums.ts';
import { s3Errors } from '../errors.ts';
import { judgeRead } from '../model/preconditions.ts';
import { parseRange, type Range } from '../model/range.ts';
import type { Tag } from '../model/tags.ts';
import { findObject, openObject } from '../read-object.ts';
import { ownBucket } from '../store/buckets.ts';
import { listParts } from '../store/parts.ts';
import type { BucketRow, ObjectHeaders, ObjectRow } from '../tables.ts';
import { checkKey, ENCRYPTED, quoted, shownVersion } from './shared.ts';

type Input = GetObjectCommandInput & HeadObjectCommandInput;
type Output = Omit<GetObjectCommandOutput, '$metadata' | 'Body'> & { Body?: unknown };

interface Found {
  readonly row: ObjectRow;
  readonly bucket: BucketRow;
  /** Undefined for the whole object. */
  readonly range: Range | undefined;
  readonly partsCount: number | undefined;
}

export function getObject(kernel: Kernel) {
  return operation<GetObjectCommandInput, Output>({
    mutates: false,
    resources: (input) => [`arn:aws:s3:::${input.Bucket}/${input.Key}`],
    async handler(input, context) {
      const found = await find(kernel, input, context);
      return { ...describe(found, input), Body: await openObject(kernel, found.row, found.range) };
    },
  });
}

export function headObject(kernel: Kernel) {
  return operation<HeadObjectCommandInput, Omit<HeadObjectCommandOutput, '$metadata'>>({
    iamAction: 's3:GetObject',
    mutates: false,
    resources: (input) => [`arn:aws:s3:::${input.Bucket}/${input.Key}`],
    handler: async (input, context) =>
      describe(await find(kernel, input, context), input) as Omit<HeadObjectCommandOutput, '$metadata'>,
  });
}

async function find(kernel: Kernel, input: Input, context: RequestContext): Promise<Found> {
  checkKey(input.Key as string);
  const { read } = kernel.database;
  const bucket = await ownBucket(
    read,
    context.scope.account,
    input.Bucket as string,
    input.ExpectedBucketOwner,
  );
  const row = await findObject(read, bucket, input.Key as string, input.VersionId);
  const verdict = judgeRead(
    {
      ifMatch: input.IfMatch,
      ifNoneMatch: input.IfNoneMatch,
      ifModifiedSince: input.IfModifiedSince,
      ifUnmodifiedSince: input.IfUnmodifiedSince,
    },
    { eTag: row.etag, lastModified: row.modified_at },
  );
  if (verdict.kind === 'failed') throw s3Errors.preconditionFailed(verdict.condition);
  if (verdict.kind === 'not-modified') throw notModified(context, row);
  if (input.PartNumber !== undefined) {
    const { range, partsCount } = await partRange(kernel, row, input.PartNumber);
    context.setStatus(206);
    return { row, bucket, range, partsCount };
  }
  const range = parseRange(input.Range, row.size);
  if (range === 'unsatisfiable') {
    context.setHeader('Content-Range', `bytes */${row.size}`);
    throw s3Errors.invalidRange();
  }
  if (range === 'whole') return { row, bucket, range: undefined, partsCount: undefined };
  context.setStatus(206);
  return { row, bucket, range, partsCount: undefined };
}

/** A 304 tells what a cache needs to keep its copy fresh. */
function notModified(context: RequestContext, row: ObjectRow) {
  context.setHeader('ETag', quoted(row.etag));
  context.setHeader('Last-Modified', new Date(row.modified_at).toUTCString());
  return s3Errors.notModified();
}

/** An object put in one piece has one part, itself. */
async function partRange(
  kernel: Kernel,
  row: ObjectRow,
  number: number,
): Promise<{ readonly range: Range | undefined; readonly partsCount: number | undefined }> {
  const whole = row.size === 0 ? undefined : { start: 0, end: row.size - 1 };
  if (row.sha256 !== null) {
    if (number !== 1) throw s3Errors.invalidPartNumber();
    return { range: whole, partsCount: undefined };
  }
  const parts = await listParts(kernel.database.read, { ...row, owner: row.object_id });
  const part = parts[number - 1];
  if (!part) throw s3Errors.invalidPartNumber();
  const start = parts.slice(0, number - 1).reduce((sum, { size }) => sum + size, 0);
  return {
    range: part.size === 0 ? undefined : { start, end: start + part.size - 1 },
    partsCount: parts.length,
  };
}

function describe({ row, bucket, range, partsCount }: Found, input: Input): Output {
  const headers = JSON.parse(row.headers) as ObjectHeaders;
  const tags = JSON.parse(row.tags) as Tag[];
  const checksum = row.checksum === null ? undefined : (JSON.parse(row.checksum) as StoredChecksum);
  const expires: unknown = input.ResponseExpires?.toUTCString() ?? headers.expires;
  return {
    AcceptRanges: 'bytes',
    ContentLength: range ? range.end - range.start + 1 : row.size,
    ContentRange: range ? `bytes ${range.start}-${range.end}/${row.size}` : undefined,
    ETag: quoted(row.etag),
    LastModified: new Date(row.modified_at),
    VersionId: shownVersion(bucket.versioning, row),
    ContentType: input.ResponseContentType ?? headers.contentType ?? 'binary/octet-stream',
    CacheControl: input.ResponseCacheControl ?? headers.cacheControl,
    ContentDisposition: input.ResponseContentDisposition ?? headers.contentDisposition,
    ContentEncoding: input.ResponseContentEncoding ?? headers.contentEncoding,
    ContentLanguage: input.ResponseContentLanguage ?? headers.contentLanguage,
    // A text in the model, though the SDK's types say `Date`.
    Expires: expires as Output['Expires'],
    Metadata: { ...headers.metadata },
    TagCount: tags.length > 0 ? tags.length : undefined,
    PartsCount: partsCount,
    ...ENCRYPTED,
    // A checksum is of the whole object; with a part of it clients would compare the wrong bytes.
    ...(input.ChecksumMode === 'ENABLED' && !range ? checksumMembers(checksum) : {}),
  };
}
