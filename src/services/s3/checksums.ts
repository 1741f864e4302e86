import { createHash } from 'node:crypto';
import { type DigestAlgorithm, startDigest } from '../../wire/sigv4/checksums/digest.ts';
import { s3Errors } from './errors.ts';
import { CRC32, CRC32C, CRC64NVME, type CrcKind, createCrcCombiner } from './model/crc-combine.ts';

export type ChecksumType = 'COMPOSITE' | 'FULL_OBJECT';

export interface StoredChecksum {
  readonly algorithm: DigestAlgorithm;
  readonly type: ChecksumType;
  /** Base64; a composite one ends with `-<number of parts>`. */
  readonly value: string;
}

/** Modelled members `ChecksumCRC32` and so on, by algorithm; anything of the family that we cannot compute. */
const ALGORITHMS: readonly DigestAlgorithm[] = [
  'CRC32',
  'CRC32C',
  'CRC64NVME',
  'SHA1',
  'SHA256',
  'SHA512',
  'MD5',
];
const UNKNOWN = ['XXHASH64', 'XXHASH3', 'XXHASH128'];
const CRCS: Partial<Record<DigestAlgorithm, CrcKind>> = { CRC32, CRC32C, CRC64NVME };

/** What a request says about the checksum of its body. */
export interface ChecksumClaim {
  readonly algorithm: DigestAlgorithm;
  /** Base64; unknown beforehand when it comes as a trailer, which the wire verifies. */
  readonly value: string | undefined;
}

export type ChecksumMembers = Readonly<Record<string, unknown>>;

/** The claim in an input's members, or in the names of its trailers. */
export function readClaim(input: ChecksumMembers, trailer?: string): ChecksumClaim | undefined {
  for (const name of UNKNOWN)
    if (input[`Checksum${name}`] !== undefined) throw s3Errors.notImplemented(`checksum ${name}`);
  for (const algorithm of ALGORITHMS) {
    const value = input[`Checksum${algorithm}`];
    if (typeof value === 'string' && value !== '') return { algorithm, value };
  }
  const trailing = /x-amz-checksum-([a-z0-9]+)/i.exec(trailer ?? '')?.[1];
  const named = trailing ?? input['ChecksumAlgorithm'];
  if (typeof named !== 'string' || named === '') return undefined;
  return { algorithm: asAlgorithm(named), value: undefined };
}

export function asAlgorithm(name: string): DigestAlgorithm {
  const found = ALGORITHMS.find((algorithm) => algorithm === name.toUpperCase());
  if (!found) throw s3Errors.notImplemented(`checksum ${name}`);
  return found;
}

/** Digests bytes on their way; `value` is base64, once they have all passed. */
export function tapDigest(
  bytes: AsyncIterable<Uint8Array>,
  algorithm: DigestAlgorithm,
): { readonly bytes: AsyncIterable<Uint8Array>; value(): string } {
  const running = startDigest(algorithm);
  async function* tapped() {
    for await (const piece of bytes) {
      running.update(piece);
      yield piece;
    }
  }
  return { bytes: tapped(), value: () => running.digest().toString('base64') };
}

/** The members of an answer that tell a checksum. */
export function checksumMembers(checksum: StoredChecksum | undefined): Record<string, string> {
  if (!checksum) return {};
  return { [`Checksum${checksum.algorithm}`]: checksum.value, ChecksumType: checksum.type };
}

/** The checksum of an object put together from parts. */
export function combineChecksums(
  algorithm: DigestAlgorithm,
  type: ChecksumType,
  parts: readonly { readonly size: number; readonly value: string }[],
): StoredChecksum {
  if (type === 'COMPOSITE') {
    const running = startDigest(algorithm);
    for (const part of parts) running.update(Buffer.from(part.value, 'base64'));
    return { algorithm, type, value: `${running.digest().toString('base64')}-${parts.length}` };
  }
  const kind = CRCS[algorithm];
  if (!kind)
    throw s3Errors.invalidRequest(
      `The FULL_OBJECT checksum type cannot be used with the ${algorithm} checksum algorithm.`,
    );
  const combine = createCrcCombiner(kind);
  let crc = 0n;
  for (const { value, size } of parts)
    crc = combine(crc, BigInt(`0x${Buffer.from(value, 'base64').toString('hex')}`), size);
  const hex = crc.toString(16).padStart(kind.width / 4, '0');
  return { algorithm, type, value: Buffer.from(hex, 'hex').toString('base64') };
}

/** `md5-of-md5s-N` (hex in, hex out). */
export function multipartETag(md5s: readonly string[]): string {
  const hash = createHash('md5');
  for (const md5 of md5s) hash.update(Buffer.from(md5, 'hex'));
  return `${hash.digest('hex')}-${md5s.length}`;
}
