/** Bytes of an object; `end` is inclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * The part of an object of `size` bytes that a `Range` header asks for. `whole` where the header is absent, not
 * understood, or asks for several ranges (S3 answers 200 then).
 */
export function parseRange(header: string | undefined, size: number): Range | 'whole' | 'unsatisfiable' {
  const match = /^bytes=\s*(\d*)\s*-\s*(\d*)\s*$/.exec(header ?? '');
  if (!match) return 'whole';
  const [, from = '', to = ''] = match;
  if (from === '') {
    if (to === '') return 'whole';
    const length = Math.min(Number(to), size);
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size - 1 };
  }
  const start = Number(from);
  if (to !== '' && Number(to) < start) return 'whole';
  if (start >= size) return 'unsatisfiable';
  return { start, end: to === '' ? size - 1 : Math.min(Number(to), size - 1) };
}

/** The pieces of consecutive parts that a range covers, each as a range within its part. */
export function spread<T extends { readonly size: number }>(
  parts: readonly T[],
  range: Range,
): { readonly part: T; readonly range: Range }[] {
  const pieces: { part: T; range: Range }[] = [];
  let from = 0;
  for (const part of parts) {
    const start = Math.max(range.start - from, 0);
    const end = Math.min(range.end - from, part.size - 1);
    if (start <= end) pieces.push({ part, range: { start, end } });
    from += part.size;
  }
  return pieces;
}
