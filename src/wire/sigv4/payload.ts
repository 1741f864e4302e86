import { signsPathVerbatim } from './canonical-request.ts';
import type { SignatureClaim } from './claim.ts';
import { SignatureError } from './signature-error.ts';

/** What a signature says of the body under it. */
export type SignedPayload =
  /** The body has this SHA-256. */
  | { readonly kind: 'hash'; readonly sha256: string }
  /** The body must be hashed before the signature can be judged. */
  | { readonly kind: 'body' }
  /** The client left the body out of its signature. */
  | { readonly kind: 'unsigned'; readonly literal: string }
  /** `aws-chunked`: the body comes in frames. */
  | {
      readonly kind: 'chunked';
      readonly literal: string;
      /** Each chunk carries a signature. */
      readonly signed: boolean;
      readonly trailer: boolean;
    };

export const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD';

const CHUNKED: Readonly<Record<string, { readonly signed: boolean; readonly trailer: boolean }>> = {
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD': { signed: true, trailer: false },
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER': { signed: true, trailer: true },
  'STREAMING-UNSIGNED-PAYLOAD-TRAILER': { signed: false, trailer: true },
};

/** Reads it from the claim and the `x-amz-content-sha256` header. */
export function signedPayload(claim: SignatureClaim, header: string | undefined): SignedPayload {
  const value = claim.queryPayloadHash ?? header;
  if (value === undefined) {
    if (!signsPathVerbatim(claim.scope.service)) return { kind: 'body' };
    if (claim.kind === 'presigned') return { kind: 'unsigned', literal: UNSIGNED_PAYLOAD };
    throw new SignatureError(
      'missing-payload-hash',
      'Missing required header for this request: x-amz-content-sha256',
    );
  }
  return payloadOf(value);
}

/** As {@link signedPayload}, for the value of the header alone (unsigned requests may be chunked too). */
export function payloadOf(value: string): SignedPayload {
  if (value === UNSIGNED_PAYLOAD) return { kind: 'unsigned', literal: value };
  const chunked = CHUNKED[value];
  if (chunked !== undefined) return { kind: 'chunked', literal: value, ...chunked };
  if (/^[0-9a-f]{64}$/.test(value)) return { kind: 'hash', sha256: value };
  throw new SignatureError(
    'bad-payload-hash',
    'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.',
  );
}
