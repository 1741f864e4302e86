import type { SignedParts } from '../sigv4/canonical-request.ts';
import { SignatureError } from '../sigv4/signature-error.ts';

/** What a presigned URL of Signature Version 2 says of itself. Nothing of it is proven yet. */
export interface OldClaim {
  readonly accessKeyId: string;
  /** Base64 of 20 bytes. */
  readonly signature: string;
  /** Seconds since 1970, as they were written. */
  readonly expires: string;
  readonly sessionToken: string | undefined;
  /** Sub-resources and overrides, decoded and sorted, as they are signed. */
  readonly subresources: readonly string[];
}

/** Parameters that the signature covers. */
const COVERED = new Set([
  'acl',
  'cors',
  'delete',
  'lifecycle',
  'location',
  'logging',
  'notification',
  'partNumber',
  'policy',
  'requestPayment',
  'response-cache-control',
  'response-content-disposition',
  'response-content-encoding',
  'response-content-language',
  'response-content-type',
  'response-expires',
  'restore',
  'tagging',
  'torrent',
  'uploadId',
  'uploads',
  'versionId',
  'versioning',
  'versions',
  'website',
]);

/** Parameters of the signature itself, and what signers copy out of the headers, where alone it counts. */
const OWN = new Set([
  'AWSAccessKeyId',
  'Signature',
  'Expires',
  'x-amz-security-token',
  'content-type',
  'content-md5',
]);

/** Whether a request looks like a presigned URL of Signature Version 2. */
export function looksPresignedV2(rawQuery: string): boolean {
  return /(?:^|&)AWSAccessKeyId=/.test(rawQuery) && /(?:^|&)Signature=/.test(rawQuery);
}

/**
 * Reads the claim. This signature covers few parameters; one that it does not cover could be added or changed by
 * anybody who holds the URL, so a request with such a one is refused rather than half proven.
 */
export function readOldClaim({ rawQuery }: SignedParts): OldClaim {
  const fields = new Map<string, string | undefined>();
  for (const part of rawQuery.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = equals < 0 ? part : part.slice(0, equals);
    if (!COVERED.has(name) && !OWN.has(name)) throw malformed(`does not cover ${printable(name)}`);
    if (fields.has(name)) throw malformed(`takes ${name} once`);
    fields.set(name, equals < 0 ? undefined : decoded(part.slice(equals + 1)));
  }
  const need = (name: string) => {
    const value = fields.get(name);
    if (!value) throw malformed('requires the AWSAccessKeyId, Signature and Expires parameters');
    return value;
  };
  return {
    accessKeyId: need('AWSAccessKeyId'),
    signature: need('Signature'),
    expires: need('Expires'),
    sessionToken: fields.get('x-amz-security-token'),
    subresources: [...fields]
      .filter(([name]) => COVERED.has(name))
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => (value === undefined ? name : `${name}=${value}`)),
  };
}

function malformed(problem: string): SignatureError {
  return new SignatureError(
    'malformed',
    `Query-string authentication version 2 ${problem}. Please use AWS4-HMAC-SHA256.`,
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw malformed('takes UTF-8 only');
  }
}

function printable(text: string): string {
  return text.slice(0, 100).replace(/[^\x20-\x7e]/g, '?');
}
