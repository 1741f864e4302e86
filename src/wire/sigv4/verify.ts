import { type KeyObject, timingSafeEqual } from 'node:crypto';
import type { CredentialStore, SigningCredential } from '../operation.ts';
import { looksPresignedV2 } from '../sigv2/claim.ts';
import { openPresignedV2 } from '../sigv2/presigned.ts';
import { formatAmzDate, MAX_SKEW_MS } from './amz-date.ts';
import { canonicalPaths, canonicalRequest, type SignedParts } from './canonical-request.ts';
import { headerReader, readClaim, type SignatureClaim } from './claim.ts';
import { type SignedPayload, signedPayload } from './payload.ts';
import { SignatureError, type SignatureFault } from './signature-error.ts';
import { createSigningKeys, EMPTY_SHA256, type SigningKeys, signatureOf } from './signing-key.ts';

const WEEK_SECONDS = 604_800;

export interface SignatureVerifierOptions {
  readonly credentials: CredentialStore;
  /** Real milliseconds: a moved domain clock would break every real client. */
  readonly wall: () => number;
  /** Region of URLs whose signature names none. */
  readonly region: string;
}

/** A signature that is well-formed, timely and of a known key, but not compared yet. */
export interface OpenSignature {
  readonly claim: SignatureClaim;
  readonly credential: SigningCredential;
  readonly payload: SignedPayload;
  readonly signingKey: KeyObject;
  /**
   * Compares. `bodyHash` (hex SHA-256) is needed where `payload.kind` is `body` and ignored otherwise. Throws
   * `SignatureError` `mismatch`.
   */
  check(bodyHash?: string): void;
}

export interface SignatureVerifier {
  /** Undefined for a request that carries no signature. Reads no body. Throws `SignatureError`. */
  open(parts: SignedParts): Promise<OpenSignature | undefined>;
}

/** Verifies AWS Signature Version 4 in headers and in presigned URLs, and version 2 in presigned URLs of S3. */
export function createSignatureVerifier(options: SignatureVerifierOptions): SignatureVerifier {
  const keys: SigningKeys = createSigningKeys();
  const find = (accessKeyId: string, sessionToken: string | undefined) =>
    knownCredential(options.credentials, accessKeyId, sessionToken);
  return {
    async open(parts) {
      const header = headerReader(parts);
      const claim = readClaim(parts, header);
      if (claim === undefined) {
        if (!looksPresignedV2(parts.rawQuery)) return undefined;
        return openPresignedV2(parts, { find, now: options.wall(), region: options.region });
      }
      checkTime(claim, options.wall());
      checkCoverage(claim, parts);
      const payload = signedPayload(claim, header('x-amz-content-sha256'));
      const credential = await find(claim.accessKeyId, claim.sessionToken);
      const signingKey = keys(credential.secretAccessKey, claim.scope);
      return {
        claim,
        credential,
        payload,
        signingKey,
        check: (bodyHash) => compare(parts, claim, signingKey, payloadText(payload, bodyHash)),
      };
    },
  };
}

async function knownCredential(
  credentials: CredentialStore,
  accessKeyId: string,
  sessionToken: string | undefined,
): Promise<SigningCredential> {
  const credential = await credentials.find(accessKeyId, sessionToken);
  if (credential === undefined)
    throw new SignatureError('unknown-key', 'The security token included in the request is invalid.', {
      AWSAccessKeyId: accessKeyId,
    });
  if (credential === 'expired')
    throw new SignatureError('expired-token', 'The security token included in the request is expired');
  return credential;
}

function payloadText(payload: SignedPayload, bodyHash: string | undefined): string {
  if (payload.kind === 'hash') return payload.sha256;
  return payload.kind === 'body' ? (bodyHash ?? EMPTY_SHA256) : payload.literal;
}

function compare(parts: SignedParts, claim: SignatureClaim, key: KeyObject, payloadHash: string): void {
  const given = Buffer.from(claim.signature, 'hex');
  for (const path of canonicalPaths(claim.scope.service, parts.rawPath)) {
    const canonical = canonicalRequest(parts, path, claim.signedHeaders, payloadHash);
    for (const spelling of spellings(canonical)) {
      const expected = Buffer.from(signatureOf(key, claim.amzDate, claim.scope, spelling), 'hex');
      if (expected.length === given.length && timingSafeEqual(expected, given)) return;
    }
  }
  throw new SignatureError(
    'mismatch',
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  );
}

/**
 * Clients sign the UTF-8 of their headers. Most send that; some, Node among them, send Latin-1 where it will do. Node
 * hands over one character for each byte, so its text is what the one signed, and its bytes are what the other did.
 */
function spellings(canonical: string): readonly (string | Uint8Array)[] {
  return /[\u0080-\u00ff]/.test(canonical) ? [canonical, Buffer.from(canonical, 'latin1')] : [canonical];
}

function checkTime(claim: SignatureClaim, now: number): void {
  if (claim.signedAt > now + MAX_SKEW_MS) {
    const place = `${formatAmzDate(now + MAX_SKEW_MS)} (${formatAmzDate(now)} + 15 min.)`;
    throw skewed(
      'too-new',
      `Signature not yet current: ${claim.amzDate} is still later than ${place}`,
      claim,
      now,
    );
  }
  if (claim.kind === 'presigned') return checkExpiry(claim, now);
  if (claim.signedAt < now - MAX_SKEW_MS) {
    const place = `${formatAmzDate(now - MAX_SKEW_MS)} (${formatAmzDate(now)} - 15 min.)`;
    throw skewed('too-old', `Signature expired: ${claim.amzDate} is now earlier than ${place}`, claim, now);
  }
}

function skewed(fault: SignatureFault, message: string, claim: SignatureClaim, now: number): SignatureError {
  return new SignatureError(fault, message, {
    RequestTime: claim.amzDate,
    ServerTime: new Date(now).toISOString(),
    MaxAllowedSkewMilliseconds: String(MAX_SKEW_MS),
  });
}

function checkExpiry(claim: SignatureClaim, now: number): void {
  const { expires } = claim;
  if (expires === undefined) throw new SignatureError('bad-expiry', 'X-Amz-Expires is missing.');
  if (expires < 1) throw new SignatureError('bad-expiry', 'X-Amz-Expires must be greater than zero.');
  if (expires > WEEK_SECONDS)
    throw new SignatureError(
      'bad-expiry',
      'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds',
    );
  const end = claim.signedAt + expires * 1000;
  if (now > end)
    throw new SignatureError('expired', 'Request has expired', {
      'X-Amz-Expires': String(expires),
      Expires: new Date(end).toISOString(),
      ServerTime: new Date(now).toISOString(),
    });
}

/**
 * An `x-amz-*` header steers what is done, so one that anybody on the way could add is refused; and so is a signature
 * over a header that did not come, which would read as an empty one.
 */
function checkCoverage(claim: SignatureClaim, parts: SignedParts): void {
  const present = new Set<string>();
  for (let at = 0; at < parts.rawHeaders.length; at += 2)
    present.add((parts.rawHeaders[at] as string).toLowerCase());
  const lost = claim.signedHeaders.filter((name) => !present.has(name));
  if (lost.length > 0)
    throw new SignatureError('mismatch', `Signed headers are missing from the request: ${lost.join(', ')}`);
  const added = [...present].filter(
    (name) => name.startsWith('x-amz-') && name !== 'x-amz-date' && !claim.signedHeaders.includes(name),
  );
  if (added.length > 0)
    throw new SignatureError(
      'unsigned-headers',
      `There were headers present in the request which were not signed: ${added.join(', ')}`,
      { HeadersNotSigned: added.join(', ') },
    );
}
