import { malformed, maxDepth, setKey } from './problem.ts';
import { fromEpochSeconds } from './timestamps.ts';

/**
 * Reads one CBOR item (RFC 8949): numbers, text, `Uint8Array`, arrays, records by text key, `Date` for tag 1.
 * Bounded by the bytes given: lengths that reach beyond them and deep nesting are refused before anything is allocated.
 * Throws `SerializationException`.
 */
export function readCbor(bytes: Uint8Array): unknown {
  const reader = new CborReader(bytes);
  const value = reader.item(0);
  if (!reader.atEnd) throw invalid('there is more after the end');
  return value;
}

const breakMarker = Symbol('break');

class CborReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  item(depth: number): unknown {
    const value = this.#any(depth);
    if (value === breakMarker) throw invalid('unexpected break');
    return value;
  }

  #any(depth: number): unknown {
    if (depth > maxDepth) throw malformed(`Input is nested deeper than ${maxDepth} levels`);
    const first = this.#byte();
    const major = first >> 5;
    const minor = first & 31;
    switch (major) {
      case 0:
        return this.#argument(minor);
      case 1:
        return -1 - this.#argument(minor);
      case 2:
        return minor === 31 ? Buffer.concat(this.#chunks(2)) : this.#slice(this.#argument(minor));
      case 3:
        return text(minor === 31 ? Buffer.concat(this.#chunks(3)) : this.#slice(this.#argument(minor)));
      case 4:
        return this.#list(minor, depth);
      case 5:
        return this.#map(minor, depth);
      case 6:
        return this.#tagged(this.#argument(minor), depth);
      default:
        return this.#simple(minor);
    }
  }

  #list(minor: number, depth: number): unknown[] {
    const items: unknown[] = [];
    const count = minor === 31 ? Number.POSITIVE_INFINITY : this.#count(minor);
    while (items.length < count) {
      const item = this.#any(depth + 1);
      if (item === breakMarker) {
        if (minor === 31) break;
        throw invalid('unexpected break');
      }
      items.push(item);
    }
    return items;
  }

  #map(minor: number, depth: number): Record<string, unknown> {
    const record: Record<string, unknown> = {};
    const count = minor === 31 ? Number.POSITIVE_INFINITY : this.#count(minor);
    for (let read = 0; read < count; read++) {
      const key = this.#any(depth + 1);
      if (key === breakMarker && minor === 31) break;
      if (typeof key !== 'string') throw invalid('a key is not text');
      setKey(record, key, this.item(depth + 1));
    }
    return record;
  }

  #tagged(tag: number, depth: number): unknown {
    const value = this.item(depth + 1);
    if (tag !== 1) return value;
    const date = typeof value === 'number' ? fromEpochSeconds(value) : undefined;
    if (date === undefined) throw invalid('broken timestamp');
    return date;
  }

  #simple(minor: number): unknown {
    switch (minor) {
      case 20:
        return false;
      case 21:
        return true;
      case 22:
      case 23:
        return null;
      case 25:
        return half(this.#view.getUint16(this.#advance(2)));
      case 26:
        return this.#view.getFloat32(this.#advance(4));
      case 27:
        return this.#view.getFloat64(this.#advance(8));
      case 31:
        return breakMarker;
      default:
        throw invalid(`unknown simple value ${minor}`);
    }
  }

  #argument(minor: number): number {
    if (minor < 24) return minor;
    if (minor === 24) return this.#byte();
    if (minor === 25) return this.#view.getUint16(this.#advance(2));
    if (minor === 26) return this.#view.getUint32(this.#advance(4));
    if (minor === 27) return Number(this.#view.getBigUint64(this.#advance(8)));
    throw invalid('unknown length');
  }

  /** A number of items: each takes a byte at least. */
  #count(minor: number): number {
    const count = this.#argument(minor);
    if (count > this.#bytes.length - this.#at) throw invalid('it ends too early');
    return count;
  }

  #chunks(major: number): Uint8Array[] {
    const chunks: Uint8Array[] = [];
    for (;;) {
      const first = this.#byte();
      if (first === 0xff) return chunks;
      if (first >> 5 !== major || (first & 31) === 31) throw invalid('broken chunk');
      chunks.push(this.#slice(this.#argument(first & 31)));
    }
  }

  #slice(length: number): Uint8Array {
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  #byte(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  #advance(length: number): number {
    const start = this.#at;
    if (length > this.#bytes.length - start) throw invalid('it ends too early');
    this.#at += length;
    return start;
  }
}

function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

function invalid(reason: string): Error {
  return malformed(`The CBOR is not well-formed: ${reason}`);
}
