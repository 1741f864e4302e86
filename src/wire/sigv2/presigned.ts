import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import type { SigningCredential } from '../operation.ts';
import { MAX_SKEW_MS } from '../sigv4/amz-date.ts';
import { canonicalPaths, type SignedParts } from '../sigv4/canonical-request.ts';
import { UNSIGNED_PAYLOAD } from '../sigv4/payload.ts';
import { SignatureError } from '../sigv4/signature-error.ts';
import type { OpenSignature } from '../sigv4/verify.ts';
import { type OldClaim, readOldClaim } from './claim.ts';

const WEEK_MS = 604_800_000;

export interface OldUrlOptions {
  /** Throws `SignatureError` for a key that is none. */
  readonly find: (accessKeyId: string, sessionToken: string | undefined) => Promise<SigningCredential>;
  /** Real milliseconds. */
  readonly now: number;
  /** Where the request counts as sent to: this signature names no region. */
  readonly region: string;
}

/**
 * Opens a presigned URL of S3's Signature Version 2 (HMAC-SHA1), which version 1 of the aws CLI and botocore still make
 * for us-east-1 unless they are told otherwise. Only URLs: a request with such a header is refused.
 */
export async function openPresignedV2(parts: SignedParts, options: OldUrlOptions): Promise<OpenSignature> {
  const claim = readOldClaim(parts);
  checkExpiry(claim, options.now);
  const headers = amzHeaders(parts, claim);
  const payload = headers.get('x-amz-content-sha256') ?? UNSIGNED_PAYLOAD;
  if (payload !== UNSIGNED_PAYLOAD)
    throw new SignatureError('bad-payload-hash', `x-amz-content-sha256 must be ${UNSIGNED_PAYLOAD} here.`);
  const credential = await options.find(claim.accessKeyId, claim.sessionToken);
  return {
    claim: {
      kind: 'presigned',
      accessKeyId: claim.accessKeyId,
      scope: { date: '', region: options.region, service: 's3' },
      amzDate: '',
      signedAt: options.now,
      signedHeaders: [...headers.keys()],
      signature: claim.signature,
      sessionToken: claim.sessionToken,
      expires: undefined,
      queryPayloadHash: undefined,
    },
    credential,
    payload: { kind: 'unsigned', literal: UNSIGNED_PAYLOAD },
    signingKey: createSecretKey(credential.secretAccessKey, 'utf8'),
    check() {
      const given = Buffer.from(claim.signature, 'base64');
      for (const path of canonicalPaths('s3', parts.rawPath)) {
        const text = stringToSign(parts, claim, headers, path);
        const expected = createHmac('sha1', credential.secretAccessKey).update(text, 'utf8').digest();
        if (given.length === expected.length && timingSafeEqual(given, expected)) return;
      }
      throw new SignatureError('mismatch', 'The signature of the URL does not match.');
    },
  };
}

function checkExpiry({ expires }: OldClaim, now: number): void {
  if (!/^\d{1,12}$/.test(expires))
    throw new SignatureError('bad-expiry', 'Expires must be a number of seconds since 1970.');
  const end = Number(expires) * 1000;
  if (now > end)
    throw new SignatureError('expired', 'Request has expired', {
      Expires: new Date(end).toISOString(),
      ServerTime: new Date(now).toISOString(),
    });
  if (end > now + WEEK_MS + MAX_SKEW_MS)
    throw new SignatureError('bad-expiry', 'Expires must be less than a week ahead.');
}

/** All of them are signed, whether they came as headers or, like the session token, in the URL. */
function amzHeaders({ rawHeaders }: SignedParts, claim: OldClaim): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  if (claim.sessionToken !== undefined) values.set('x-amz-security-token', claim.sessionToken);
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] as string).toLowerCase();
    if (!name.startsWith('x-amz-')) continue;
    const value = (rawHeaders[at + 1] as string).trim();
    const before = values.get(name);
    values.set(name, before === undefined ? value : `${before},${value}`);
  }
  return new Map([...values].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function stringToSign(
  parts: SignedParts,
  claim: OldClaim,
  headers: ReadonlyMap<string, string>,
  path: string,
): string {
  const first = (wanted: string) => {
    const at = parts.rawHeaders.findIndex((name, n) => n % 2 === 0 && name.toLowerCase() === wanted);
    return at < 0 ? '' : (parts.rawHeaders[at + 1] as string);
  };
  const resource = parts.bucket === undefined ? path : `/${parts.bucket}${path}`;
  const query = claim.subresources.length === 0 ? '' : `?${claim.subresources.join('&')}`;
  return [
    parts.method,
    first('content-md5'),
    first('content-type'),
    claim.expires,
    ...[...headers].map(([name, value]) => `${name}:${value}`),
    resource + query,
  ].join('\n');
}
