import { timingSafeEqual } from 'node:crypto';
import { type Readable, Transform } from 'node:stream';
import { type DigestAlgorithm, type RunningDigest, startDigest } from './checksums/digest.ts';
import { SignatureError, type SignatureFault } from './signature-error.ts';

/** One thing that must be true of the bytes. */
export interface BodyCheck {
  readonly algorithm: DigestAlgorithm;
  /** Asked when the last byte has come: a trailer is known only then. */
  readonly expected: () => Uint8Array;
  readonly fault: SignatureFault;
  readonly message: string;
}

const digestsOf = new WeakMap<Readable, Map<DigestAlgorithm, Buffer>>();

/** Digests that were computed (and verified) while the body went by. Complete once it has ended. */
export function verifiedDigests(body: Readable): ReadonlyMap<DigestAlgorithm, Buffer> {
  return digestsOf.get(body) ?? new Map();
}

/**
 * Passes bytes through and errors at the end unless every check holds. The last piece is held back until then, so a
 * reader that counts bytes instead of waiting for the end cannot finish early either.
 */
export function verifyBody(checks: readonly BodyCheck[]): Transform {
  const running = new Map<DigestAlgorithm, RunningDigest>();
  for (const { algorithm } of checks)
    if (!running.has(algorithm)) running.set(algorithm, startDigest(algorithm));
  const results = new Map<DigestAlgorithm, Buffer>();
  let held: Buffer | undefined;
  const transform = new Transform({
    transform(piece: Buffer, _encoding, done) {
      for (const digest of running.values()) digest.update(piece);
      const before = held;
      held = piece;
      done(null, before);
    },
    flush(done) {
      for (const [algorithm, digest] of running) results.set(algorithm, digest.digest());
      try {
        for (const check of checks) judge(check, results.get(check.algorithm) as Buffer);
      } catch (error) {
        done(error as Error);
        return;
      }
      done(null, held);
    },
  });
  digestsOf.set(transform, results);
  return transform;
}

/** As {@link verifyBody}, for bytes that are all there. */
export function verifyBytes(checks: readonly BodyCheck[], bytes: Uint8Array): void {
  for (const check of checks) {
    const digest = startDigest(check.algorithm);
    digest.update(bytes);
    judge(check, digest.digest());
  }
}

function judge(check: BodyCheck, found: Buffer): void {
  const expected = check.expected();
  if (expected.length === found.length && timingSafeEqual(expected, found)) return;
  throw new SignatureError(check.fault, check.message);
}
