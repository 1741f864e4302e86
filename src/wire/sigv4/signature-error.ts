/** Why a signature, or the bytes under it, were refused. Each service family has its own name for it. */
export type SignatureFault =
  /** No signature at all. */
  | 'missing'
  /** The header or query parameters cannot be understood. */
  | 'malformed'
  /** Unknown or disabled key, or a session token that is not its own. */
  | 'unknown-key'
  /** Temporary credentials past their end. */
  | 'expired-token'
  | 'mismatch'
  /** Signed header or presigned URL whose time is too far from ours. */
  | 'too-old'
  | 'too-new'
  /** A presigned URL past its end. */
  | 'expired'
  /** `X-Amz-Expires` out of bounds. */
  | 'bad-expiry'
  /** `x-amz-*` headers that the signature does not cover. */
  | 'unsigned-headers'
  /** S3 wants the payload's hash in a header. */
  | 'missing-payload-hash'
  | 'bad-payload-hash'
  /** The bytes are not those that were signed. */
  | 'payload-mismatch'
  | 'bad-checksum'
  /** A checksum header or algorithm that cannot be understood. */
  | 'malformed-checksum'
  | 'malformed-chunk'
  | 'malformed-trailer'
  /** Fewer or more bytes than announced. */
  | 'incomplete-body'
  | 'missing-length';

export class SignatureError extends Error {
  readonly fault: SignatureFault;
  /** Members of the answer, where a family shows them (S3's `RequestTime`, `ServerTime`, `HeadersNotSigned` …). */
  readonly details: Readonly<Record<string, string>>;

  constructor(fault: SignatureFault, message: string, details: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = 'SignatureError';
    this.fault = fault;
    this.details = details;
  }
}
