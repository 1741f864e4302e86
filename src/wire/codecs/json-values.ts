import type { Shape, StructureShape } from '../models/shape.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { formatNumber, holds, specialNumber } from './numbers.ts';
import { checkDepth, malformed, type Path, setKey } from './problem.ts';
import { formatTimestamp, fromEpochSeconds, parseTimestamp } from './timestamps.ts';

/**
 * Turns a parsed JSON value (or a CBOR one: it differs in having `Date` and `Uint8Array` already) into the SDK's form by its shape. Null members are absent, unknown members are left out.
 * Throws `SerializationException` with the path for a value of the wrong type.
 */
export function decodeJsonValue(shape: Shape, value: unknown, path: Path): unknown {
  switch (shape.kind) {
    case 'string':
      if (typeof value === 'string') return value;
      throw wrongType(value, 'a String', path);
    case 'structure':
      return decodeJsonStructure(shape, value, path);
    case 'list': {
      if (!Array.isArray(value)) throw wrongType(value, 'a List', path);
      checkDepth(path);
      const { element } = shape;
      return value.map((item, index) => {
        path.push(index);
        const decoded = decodeJsonValue(element, item, path);
        path.pop();
        return decoded;
      });
    }
    case 'map': {
      if (!isRecord(value)) throw wrongType(value, 'a Map', path);
      checkDepth(path);
      const result: Record<string, unknown> = {};
      for (const key of Object.keys(value)) {
        const item = value[key];
        if (item === null) continue;
        path.push(key);
        setKey(result, key, decodeJsonValue(shape.value, item, path));
        path.pop();
      }
      return result;
    }
    case 'number': {
      const floating = shape.type === 'float' || shape.type === 'double';
      const number = typeof value === 'string' && floating ? specialNumber(value) : value;
      if (typeof number === 'number' && holds(shape, number)) return number;
      throw wrongType(value, shape.type === 'integer' ? 'an Integer' : `a ${capital(shape.type)}`, path);
    }
    case 'boolean':
      if (typeof value === 'boolean') return value;
      throw wrongType(value, 'a Boolean', path);
    case 'timestamp': {
      const date =
        typeof value === 'number'
          ? fromEpochSeconds(value)
          : typeof value === 'string'
            ? parseTimestamp(value)
            : value instanceof Date
              ? value
              : undefined;
      if (date !== undefined) return date;
      throw wrongType(value, 'a Timestamp', path);
    }
    case 'blob': {
      const bytes =
        typeof value === 'string' ? decodeBase64(value) : value instanceof Uint8Array ? value : undefined;
      if (bytes !== undefined) return bytes;
      throw wrongType(value, 'a Blob', path);
    }
    case 'document':
      checkDocument(value, path);
      return value;
  }
}

/** As above for a structure. Members that travel in the path, query or headers are passed over. */
export function decodeJsonStructure(
  shape: StructureShape,
  value: unknown,
  path: Path,
): Record<string, unknown> {
  if (!isRecord(value)) throw wrongType(value, 'a Structure', path);
  checkDepth(path);
  const result: Record<string, unknown> = {};
  for (const member of shape.members) {
    if (member.location !== undefined) continue;
    const { wireName } = member;
    const item = Object.hasOwn(value, wireName) ? value[wireName] : undefined;
    if (item === undefined || item === null) continue;
    path.push(member.name);
    result[member.name] = decodeJsonValue(member.shape, item, path);
    path.pop();
  }
  return result;
}

/** The JSON form of a handler's value. What the model does not know stays behind. */
export function encodeJsonValue(shape: Shape, value: unknown): unknown {
  switch (shape.kind) {
    case 'structure':
      return encodeJsonStructure(shape, value as Record<string, unknown>);
    case 'list': {
      const { element } = shape;
      return (value as readonly unknown[]).map((item) => encodeJsonValue(element, item));
    }
    case 'map': {
      const result: Record<string, unknown> = {};
      const record = value as Record<string, unknown>;
      for (const key of Object.keys(record)) {
        const item = record[key];
        if (item !== undefined && item !== null) setKey(result, key, encodeJsonValue(shape.value, item));
      }
      return result;
    }
    case 'timestamp':
      return formatTimestamp(value as Date, shape.format ?? 'epoch-seconds');
    case 'blob':
      return encodeBase64(value as Uint8Array);
    case 'number':
      return formatNumber(value as number);
    default:
      return value;
  }
}

export function encodeJsonStructure(
  shape: StructureShape,
  value: Record<string, unknown>,
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const member of shape.members) {
    if (member.location !== undefined) continue;
    const item = value[member.name];
    if (item !== undefined && item !== null) result[member.wireName] = encodeJsonValue(member.shape, item);
  }
  return result;
}

/** JSON.parse of a body; an empty one is an empty structure. */
export function parseJsonBody(body: Uint8Array | undefined): unknown {
  if (body === undefined || body.length === 0) return {};
  try {
    return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')) as unknown;
  } catch {
    throw malformed('The request body is not valid JSON');
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !(value instanceof Uint8Array)
  );
}

function checkDocument(value: unknown, path: Path): void {
  if (typeof value !== 'object' || value === null) return;
  checkDepth(path);
  for (const [key, item] of Object.entries(value)) {
    path.push(key);
    checkDocument(item, path);
    path.pop();
  }
}

function wrongType(value: unknown, wanted: string, path: Path): Error {
  return malformed(`${jsonType(value)} can not be converted to ${wanted}`, path);
}

function jsonType(value: unknown): string {
  if (value === null) return 'NULL_VALUE';
  if (Array.isArray(value)) return 'LIST_VALUE';
  if (typeof value === 'object') return 'STRUCTURE_VALUE';
  if (typeof value === 'boolean') return value ? 'TRUE_VALUE' : 'FALSE_VALUE';
  return `${(typeof value).toUpperCase()}_VALUE`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
