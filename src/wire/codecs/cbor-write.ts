import type { Shape, StructureShape } from '../models/shape.ts';

/** CBOR of a handler's value by its shape; what the model does not know stays behind. */
export function writeCborStructure(shape: StructureShape, value: Record<string, unknown>): Buffer {
  return Buffer.concat(structure(shape, value));
}

/** CBOR of a flat record of text, for errors that no model knows. */
export function writeCborTexts(record: Readonly<Record<string, string>>): Buffer {
  const entries = Object.entries(record);
  return Buffer.concat([
    head(5, entries.length),
    ...entries.flatMap(([key, value]) => [text(key), text(value)]),
  ]);
}

function structure(
  shape: StructureShape,
  value: Record<string, unknown>,
  extra: Readonly<Record<string, string>> = {},
): Buffer[] {
  const extras = Object.entries(extra);
  const parts = extras.flatMap(([key, item]) => [text(key), text(item)]);
  let count = extras.length;
  for (const member of shape.members) {
    if (Object.hasOwn(extra, member.wireName)) continue;
    const item = value[member.name];
    if (item === undefined || item === null) continue;
    parts.push(text(member.wireName), ...write(member.shape, item));
    count++;
  }
  return [head(5, count), ...parts];
}

/** As {@link writeCborStructure}, with text in front that need not be in the model: `__type` and message of an error. */
export function writeCborError(
  shape: StructureShape,
  extra: Readonly<Record<string, string>>,
  value: Record<string, unknown>,
): Buffer {
  return Buffer.concat(structure(shape, value, extra));
}

function write(shape: Shape, value: unknown): Buffer[] {
  switch (shape.kind) {
    case 'structure':
      return structure(shape, value as Record<string, unknown>);
    case 'list': {
      const items = value as readonly unknown[];
      return [head(4, items.length), ...items.flatMap((item) => write(shape.element, item))];
    }
    case 'map': {
      const entries = Object.entries(value as Record<string, unknown>).filter(
        ([, item]) => item !== undefined && item !== null,
      );
      return [
        head(5, entries.length),
        ...entries.flatMap(([key, item]) => [text(key), ...write(shape.value, item)]),
      ];
    }
    case 'number':
      return [number(value as number, shape.type === 'float' || shape.type === 'double')];
    case 'boolean':
      return [Buffer.of(value === true ? 0xf5 : 0xf4)];
    case 'timestamp':
      return [Buffer.of(0xc1), number((value as Date).getTime() / 1000, true)];
    case 'blob': {
      const bytes = value as Uint8Array;
      return [head(2, bytes.length), Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)];
    }
    case 'string':
      return [text(String(value))];
    case 'document':
      throw new TypeError('CBOR has no documents');
  }
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  return Buffer.concat([head(3, bytes.length), bytes]);
}

function number(value: number, floating: boolean): Buffer {
  if (Number.isInteger(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER && !Object.is(value, -0)) {
    return value < 0 ? head(1, -1 - value) : head(0, value);
  }
  if (!floating) throw new TypeError(`${value} is not an integer`);
  const bytes = Buffer.alloc(9);
  bytes[0] = 0xfb;
  bytes.writeDoubleBE(value, 1);
  return bytes;
}

function head(major: number, argument: number): Buffer {
  const type = major << 5;
  if (argument < 24) return Buffer.of(type | argument);
  if (argument < 0x100) return Buffer.of(type | 24, argument);
  const wide = argument < 0x1_0000 ? 2 : argument < 0x1_0000_0000 ? 4 : 8;
  const bytes = Buffer.alloc(1 + wide);
  bytes[0] = type | (wide === 2 ? 25 : wide === 4 ? 26 : 27);
  if (wide === 2) bytes.writeUInt16BE(argument, 1);
  else if (wide === 4) bytes.writeUInt32BE(argument, 1);
  else bytes.writeBigUInt64BE(BigInt(argument), 1);
  return bytes;
}
