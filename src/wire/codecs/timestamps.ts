import type { TimestampFormat } from '../models/shape.ts';

/** `Date` outside 0001 to 9999 has no form that every client reads. */
const earliest = -62_135_596_800_000;
const latest = 253_402_300_799_999;

/** A time from its text in any of the three formats; undefined when it is none. Clients do not all keep to the model. */
export function parseTimestamp(text: string): Date | undefined {
  const trimmed = text.trim();
  if (/^-?\d+(\.\d*)?([eE][+-]?\d+)?$/.test(trimmed)) return fromEpochSeconds(Number(trimmed));
  const isDateTime = /^\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:?\d\d)?)?$/.test(trimmed);
  const isHttpDate =
    /^[A-Za-z]{3,9}, \d{1,2}[ -][A-Za-z]{3}[ -]\d{2,4} \d\d:\d\d:\d\d(\.\d+)? (GMT|UTC|[+-]\d{4})$/.test(
      trimmed,
    );
  if (!isDateTime && !isHttpDate) return undefined;
  // A time without a zone is UTC on the wire, never the server's own zone.
  const zoned =
    isDateTime && trimmed.length > 10 && !/([Zz]|[+-]\d\d:?\d\d)$/.test(trimmed) ? `${trimmed}Z` : trimmed;
  return withinBounds(Date.parse(zoned));
}

export function fromEpochSeconds(seconds: number): Date | undefined {
  return withinBounds(Math.round(seconds * 1000));
}

function withinBounds(milliseconds: number): Date | undefined {
  return milliseconds >= earliest && milliseconds <= latest ? new Date(milliseconds) : undefined;
}

/** Epoch seconds are a number, to the millisecond; the others are text. */
export function formatTimestamp(date: Date, format: TimestampFormat): string | number {
  switch (format) {
    case 'epoch-seconds':
      return date.getTime() / 1000;
    case 'date-time': {
      const text = date.toISOString();
      return text.endsWith('.000Z') ? `${text.slice(0, -5)}Z` : text;
    }
    case 'http-date':
      return date.toUTCString();
  }
}
