/** A reflected CRC in bits of `width`. */
export interface CrcKind {
  readonly width: 32 | 64;
  /** Reversed polynomial. */
  readonly polynomial: bigint;
}

export const CRC32: CrcKind = { width: 32, polynomial: 0xedb88320n };
export const CRC32C: CrcKind = { width: 32, polynomial: 0x82f63b78n };
export const CRC64NVME: CrcKind = { width: 64, polynomial: 0x9a6c9329ac4bc9b5n };

/**
 * The CRC of two texts in a row from the CRC of each and the length of the second: the first is shifted by the second's
 * bits, which is a product of polynomials. Lengths repeat in a multipart upload, so the shift of each is kept.
 */
export function createCrcCombiner(
  kind: CrcKind,
): (first: bigint, second: bigint, secondBytes: number) => bigint {
  const shifts = new Map<number, bigint>();
  const squares: bigint[] = [];
  const squareAt = (n: number): bigint => {
    for (let have = squares.length; have <= n; have++) {
      const last = squares[have - 1];
      // x itself, in reflected form, is the second highest bit.
      squares.push(last === undefined ? 1n << BigInt(kind.width - 2) : multiply(kind, last, last));
    }
    return squares[n] as bigint;
  };
  const shiftOf = (bytes: number): bigint => {
    const known = shifts.get(bytes);
    if (known !== undefined) return known;
    let shift = 1n << BigInt(kind.width - 1);
    let bits = BigInt(bytes) * 8n;
    for (let n = 0; bits > 0n; n++, bits >>= 1n) if (bits & 1n) shift = multiply(kind, squareAt(n), shift);
    shifts.set(bytes, shift);
    return shift;
  };
  return (first, second, secondBytes) => multiply(kind, shiftOf(secondBytes), first) ^ second;
}

/** Product of two reflected polynomials modulo the CRC's own. */
function multiply({ width, polynomial }: CrcKind, a: bigint, b: bigint): bigint {
  let product = 0n;
  let factor = b;
  for (let bit = 1n << BigInt(width - 1); bit > 0n; bit >>= 1n) {
    if (a & bit) product ^= factor;
    factor = factor & 1n ? (factor >> 1n) ^ polynomial : factor >> 1n;
  }
  return product;
}
