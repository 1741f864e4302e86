const COMPACT = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/** Requests may be off by this much, both ways. */
export const MAX_SKEW_MS = 15 * 60_000;

/** Milliseconds as `20150830T123600Z`. */
export function formatAmzDate(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
}

/** Undefined unless the text is exactly a valid `YYYYMMDDTHHMMSSZ`. */
export function parseAmzDate(text: string): number | undefined {
  const match = COMPACT.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  // `February 30th` parses, as a day in March.
  return new Date(ms).getUTCDate() === Number(day) ? ms : undefined;
}

/** The `Date` header in HTTP's form or ISO 8601, written as an amz date. */
export function amzDateOfHeader(value: string): string | undefined {
  if (COMPACT.test(value)) return value;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? undefined : formatAmzDate(ms);
}
