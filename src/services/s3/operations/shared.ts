import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { ApiError } from '../../../kernel/errors.ts';
import type { RequestContext } from '../../../wire/operation.ts';
import { s3Error, s3Errors } from '../errors.ts';
import type { Requester } from '../events.ts';
import { keyProblem } from '../model/object-key.ts';
import { parseTagging, type Tag } from '../model/tags.ts';
import type { ObjectHeaders, ObjectRow } from '../tables.ts';

export function requesterOf(context: RequestContext): Requester {
  return {
    account: context.scope.account,
    requestId: context.requestId,
    sourceIp: context.request.socket.remoteAddress ?? '',
  };
}

/** Refuses a key that cannot be kept. */
export function checkKey(key: string): void {
  const problem = keyProblem(key);
  if (problem === 'too-long') throw s3Error(400, 'KeyTooLongError', 'Your key is too long');
  if (problem) throw new ApiError('InvalidURI', "Couldn't parse the specified URI.");
}

/** The members of a put, a copy or a new upload that would need what is not built. */
export interface WriteOptions {
  readonly ACL?: string | undefined;
  readonly GrantFullControl?: string | undefined;
  readonly GrantRead?: string | undefined;
  readonly GrantReadACP?: string | undefined;
  readonly GrantWriteACP?: string | undefined;
  readonly ServerSideEncryption?: string | undefined;
  readonly SSECustomerAlgorithm?: string | undefined;
  readonly StorageClass?: string | undefined;
  readonly WebsiteRedirectLocation?: string | undefined;
  readonly ObjectLockMode?: string | undefined;
  readonly ObjectLockLegalHoldStatus?: string | undefined;
}

/** Refuses what would be a silent lie: other encryption, other storage classes, grants, locks. */
export function checkWriteOptions(input: WriteOptions): void {
  if (input.SSECustomerAlgorithm) throw s3Errors.notImplemented('customer-provided encryption keys');
  if (input.ServerSideEncryption && input.ServerSideEncryption !== 'AES256')
    throw s3Errors.notImplemented(`server-side encryption ${input.ServerSideEncryption}`);
  if (input.StorageClass && input.StorageClass !== 'STANDARD')
    throw s3Error(400, 'InvalidStorageClass', 'The storage class you specified is not valid');
  // Both mean what is true of every object here: its bucket's owner owns it.
  const harmless = input.ACL === undefined || ['private', 'bucket-owner-full-control'].includes(input.ACL);
  const grants = input.GrantFullControl ?? input.GrantRead ?? input.GrantReadACP ?? input.GrantWriteACP;
  if (!harmless || grants !== undefined)
    throw s3Error(400, 'AccessControlListNotSupported', 'The bucket does not allow ACLs');
  if (input.WebsiteRedirectLocation) throw s3Errors.notImplemented('website redirects');
  if (input.ObjectLockMode || input.ObjectLockLegalHoldStatus)
    throw s3Errors.invalidRequest('Bucket is missing Object Lock Configuration');
}

/** What a request says about the content. */
export interface ContentMembers {
  readonly ContentType?: string | undefined;
  readonly CacheControl?: string | undefined;
  readonly ContentDisposition?: string | undefined;
  readonly ContentEncoding?: string | undefined;
  readonly ContentLanguage?: string | undefined;
  /** A plain text in the model, though the SDK's types say `Date`. */
  readonly Expires?: unknown;
  readonly Metadata?: Readonly<Record<string, string>> | undefined;
}

const MAX_METADATA_BYTES = 2048;

export function headersOf(input: ContentMembers): ObjectHeaders {
  const metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(input.Metadata ?? {})) metadata[name.toLowerCase()] = value;
  const bytes = Object.entries(metadata)
    .flat()
    .reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (bytes > MAX_METADATA_BYTES)
    throw s3Error(400, 'MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size');
  // `aws-chunked` was about the way here, not about the content.
  const encodings = (input.ContentEncoding ?? '')
    .split(',')
    .map((encoding) => encoding.trim())
    .filter((encoding) => encoding !== '' && encoding !== 'aws-chunked');
  return {
    contentType: input.ContentType,
    cacheControl: input.CacheControl,
    contentDisposition: input.ContentDisposition,
    contentEncoding: encodings.length > 0 ? encodings.join(',') : undefined,
    contentLanguage: input.ContentLanguage,
    expires:
      input.Expires instanceof Date ? input.Expires.toUTCString() : (input.Expires as string | undefined),
    metadata,
  };
}

export function tagsOf(header: string | undefined): readonly Tag[] {
  const read = parseTagging(header);
  if (read.kind === 'invalid') throw s3Error(400, 'InvalidTag', read.message);
  return read.tags;
}

/** The body of a put: the decoded stream of the wire, or what a caller handed over. */
export function bodyOf(
  input: { readonly Body?: unknown },
  context: RequestContext,
): Readable | Uint8Array | undefined {
  const body = input.Body ?? context.body;
  return typeof body === 'string' ? Buffer.from(body) : (body as Readable | Uint8Array | undefined);
}

export function quoted(eTag: string): string {
  return `"${eTag}"`;
}

/** The 64 hexadecimal digits that S3 knows an account by. */
export function canonicalUser(account: string): { readonly ID: string; readonly DisplayName: string } {
  return { ID: createHash('sha256').update(`canonical user ${account}`).digest('hex'), DisplayName: account };
}

/** Version ids show only where versioning was ever enabled. */
export function shownVersion(versioning: string, row: Pick<ObjectRow, 'version_id'>): string | undefined {
  return versioning === '' ? undefined : row.version_id;
}

/** Every blob is encrypted at rest with AES-256. */
export const ENCRYPTED = { ServerSideEncryption: 'AES256' } as const;
