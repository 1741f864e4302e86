import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { crc32c } from './crc32c.ts';
import { crc64nvme } from './crc64nvme.ts';
import { type DigestAlgorithm, startDigest } from './digest.ts';

const CHECK = Buffer.from('123456789');

function digest(algorithm: DigestAlgorithm, ...pieces: readonly Uint8Array[]): string {
  const running = startDigest(algorithm);
  for (const piece of pieces) running.update(piece);
  return running.digest().toString('hex');
}

it('the check values of the CRC catalogue come out', () => {
  expect(digest('CRC32', CHECK)).toBe('cbf43926');
  expect(digest('CRC32C', CHECK)).toBe('e3069283');
  expect(digest('CRC64NVME', CHECK)).toBe('ae8b14860a799888');
});

it('cryptographic digests are those of Node', () => {
  for (const algorithm of ['SHA1', 'SHA256', 'SHA512', 'MD5'] as const)
    expect(digest(algorithm, CHECK)).toBe(createHash(algorithm.toLowerCase()).update(CHECK).digest('hex'));
});

/** Bit by bit, straight from the definition. */
function slowCrc(data: Uint8Array, polynomial: bigint, bits: bigint): bigint {
  const all = (1n << bits) - 1n;
  let crc = all;
  for (const byte of data) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ polynomial : crc >> 1n;
  }
  return crc ^ all;
}

it('both CRCs agree with their definition for every length and every cut', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), (data, at) => {
      const [head, tail] = [data.subarray(0, at), data.subarray(at)];
      expect(BigInt(crc32c(tail, crc32c(head)))).toBe(slowCrc(data, 0x82f63b78n, 32n));
      const { high, low } = crc64nvme(tail, crc64nvme(head));
      expect((BigInt(high) << 32n) | BigInt(low)).toBe(slowCrc(data, 0x9a6c9329ac4bc9b5n, 64n));
    }),
  );
});
