import { SignatureError } from '../signature-error.ts';
import { DIGEST_BYTES, type DigestAlgorithm } from './digest.ts';

const PREFIX = 'x-amz-checksum-';
/** Headers of the family that carry no digest. */
const NOT_A_DIGEST = new Set(['x-amz-checksum-mode', 'x-amz-checksum-type', 'x-amz-checksum-algorithm']);

export interface ExpectedDigest {
  readonly algorithm: DigestAlgorithm;
  readonly digest: Buffer;
}

/** `x-amz-checksum-crc32c` → `CRC32C`; undefined for other headers. Throws for a digest that we cannot compute. */
export function checksumAlgorithm(header: string): DigestAlgorithm | undefined {
  if (!header.startsWith(PREFIX) || NOT_A_DIGEST.has(header)) return undefined;
  const name = header.slice(PREFIX.length).toUpperCase();
  if (name in DIGEST_BYTES) return name as DigestAlgorithm;
  throw new SignatureError('malformed-checksum', `The checksum algorithm of ${header} is not supported.`);
}

/** Reads the base64 value of a checksum header or trailer. */
export function parseChecksum(header: string, algorithm: DigestAlgorithm, value: string): Buffer {
  const digest = Buffer.from(value, 'base64');
  if (digest.length === DIGEST_BYTES[algorithm] && digest.toString('base64') === value) return digest;
  throw new SignatureError('malformed-checksum', `Value for ${header} header is invalid.`);
}

/** The digests that headers promise for a body, `content-md5` included. */
export function promisedDigests(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): readonly ExpectedDigest[] {
  const promised: ExpectedDigest[] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value !== 'string') continue;
    const algorithm = name === 'content-md5' ? 'MD5' : checksumAlgorithm(name);
    if (algorithm !== undefined) promised.push({ algorithm, digest: parseChecksum(name, algorithm, value) });
  }
  return promised;
}
