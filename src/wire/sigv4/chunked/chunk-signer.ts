import { createHash, type Hash, type KeyObject, timingSafeEqual } from 'node:crypto';
import { SignatureError } from '../signature-error.ts';
import { type CredentialScope, EMPTY_SHA256, hmacHex, scopeText, sha256Hex } from '../signing-key.ts';

/** Where the chain of chunk signatures starts. */
export interface ChunkSeed {
  readonly signingKey: KeyObject;
  readonly amzDate: string;
  readonly scope: CredentialScope;
  /** Signature of the request's headers. */
  readonly signature: string;
}

/** Verifies a chain of chunk signatures: each covers the one before it. */
export interface ChunkChain {
  update(piece: Uint8Array): void;
  /** Ends the chunk under way. Throws `mismatch`. */
  endChunk(signature: string | undefined): void;
  /** `name:value\n` of each trailer. Throws `mismatch`. */
  endTrailers(canonical: string, signature: string | undefined): void;
}

export function createChunkChain(seed: ChunkSeed): ChunkChain {
  let previous = seed.signature;
  let hash: Hash | undefined;
  const step = (kind: string, rest: string, given: string | undefined) => {
    const text = `AWS4-HMAC-SHA256-${kind}\n${seed.amzDate}\n${scopeText(seed.scope)}\n${previous}\n${rest}`;
    const expected = hmacHex(seed.signingKey, text);
    if (given === undefined || !/^[0-9a-f]{64}$/.test(given) || !same(expected, given))
      throw new SignatureError(
        'mismatch',
        'The chunk signature we calculated does not match the signature you provided. Check your key and signing method.',
      );
    previous = expected;
  };
  return {
    update(piece) {
      hash ??= createHash('sha256');
      hash.update(piece);
    },
    endChunk(signature) {
      const digest = hash?.digest('hex') ?? EMPTY_SHA256;
      hash = undefined;
      step('PAYLOAD', `${EMPTY_SHA256}\n${digest}`, signature);
    },
    endTrailers: (canonical, signature) => step('TRAILER', sha256Hex(canonical), signature),
  };
}

function same(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(a, 'hex'), Buffer.from(b, 'hex'));
}
