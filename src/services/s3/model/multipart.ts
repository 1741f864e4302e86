export const MIN_PART_BYTES = 5 * 1024 * 1024;
export const MAX_PARTS = 10_000;

/** A part that was uploaded. */
export interface StoredPart {
  readonly number: number;
  readonly size: number;
  /** MD5, hex. */
  readonly eTag: string;
}

/** A part as the completion names it. */
export interface NamedPart {
  readonly number: number | undefined;
  /** With or without quotes. */
  readonly eTag: string | undefined;
}

export type Completion<P> =
  | { readonly kind: 'parts'; readonly parts: readonly P[] }
  | {
      readonly kind: 'refused';
      readonly reason: 'empty' | 'order' | 'unknown-part' | 'too-small';
      readonly part?: number;
    };

/** Which stored parts make up the object; parts that were uploaded but are not named are left out. */
export function chooseParts<P extends StoredPart>(
  stored: readonly P[],
  named: readonly NamedPart[],
): Completion<P> {
  if (named.length === 0) return { kind: 'refused', reason: 'empty' };
  const byNumber = new Map(stored.map((part) => [part.number, part]));
  const parts: P[] = [];
  for (const [index, { number, eTag }] of named.entries()) {
    const before = named[index - 1]?.number;
    if (number !== undefined && before !== undefined && number <= before)
      return { kind: 'refused', reason: 'order' };
    const part = number === undefined ? undefined : byNumber.get(number);
    if (!part || (eTag ?? '').replaceAll('"', '') !== part.eTag)
      return { kind: 'refused', reason: 'unknown-part', ...(number === undefined ? {} : { part: number }) };
    parts.push(part);
  }
  const small = parts.slice(0, -1).find((part) => part.size < MIN_PART_BYTES);
  if (small) return { kind: 'refused', reason: 'too-small', part: small.number };
  return { kind: 'parts', parts };
}
