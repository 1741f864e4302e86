import type { Shape, TimestampFormat } from '../models/shape.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { formatNumber, parseNumber } from './numbers.ts';
import { malformed, type Path } from './problem.ts';
import { formatTimestamp, parseTimestamp } from './timestamps.ts';

/** A scalar from its text, as query parameters, headers, labels and XML carry it. */
export function decodeText(shape: Shape, text: string, path: Path): unknown {
  switch (shape.kind) {
    case 'string':
      return text;
    case 'number': {
      const number = parseNumber(shape, text);
      if (number !== undefined) return number;
      throw malformed(`${quote(text)} is not of type ${shape.type}`, path);
    }
    case 'boolean': {
      const word = text.trim().toLowerCase();
      if (word === 'true' || word === '1') return true;
      if (word === 'false' || word === '0') return false;
      throw malformed(`${quote(text)} is not a boolean`, path);
    }
    case 'timestamp': {
      const date = parseTimestamp(text);
      if (date !== undefined) return date;
      throw malformed(`${quote(text)} is not a timestamp`, path);
    }
    case 'blob': {
      const bytes = decodeBase64(text.trim());
      if (bytes !== undefined) return bytes;
      throw malformed('The value is not base64', path);
    }
    case 'document':
      return parseDocument(text, path);
    default:
      throw malformed(`A ${shape.kind} can not be written as text`, path);
  }
}

/** The text of a scalar. */
export function encodeText(shape: Shape, value: unknown, timestamps: TimestampFormat): string {
  switch (shape.kind) {
    case 'number':
      return String(formatNumber(value as number));
    case 'timestamp':
      return String(formatTimestamp(value as Date, shape.format ?? timestamps));
    case 'blob':
      return encodeBase64(value as Uint8Array);
    case 'document':
      return JSON.stringify(value);
    default:
      return String(value);
  }
}

function parseDocument(text: string, path: Path): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw malformed('The value is not JSON', path);
  }
}

function quote(text: string): string {
  return `'${text.length > 100 ? `${text.slice(0, 100)}…` : text}'`;
}
