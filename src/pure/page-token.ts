/** An opaque token for "go on behind this key", good only for the list it was given out for. */
export function encodePageToken(list: string, after: string): string {
  return encodePlaceToken(list, [after]);
}

/** The key behind which to go on; undefined for a token that is damaged or belongs to another list. */
export function decodePageToken(list: string, token: string): string | undefined {
  return decodePlaceToken(list, token, ['string'])?.[0] as string | undefined;
}

/** The same for lists that are ordered by several values. */
export function encodePlaceToken(list: string, after: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify([list, ...after]), 'utf8').toString('base64url');
}

/** The values behind which to go on, of these kinds; undefined for a token that is damaged or belongs to another list. */
export function decodePlaceToken(
  list: string,
  token: string,
  kinds: readonly ('string' | 'number')[],
): readonly (string | number)[] | undefined {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    if (!Array.isArray(parsed) || parsed.length !== kinds.length + 1 || parsed[0] !== list) return undefined;
    const after: unknown[] = parsed.slice(1);
    return after.every((part, n) => isOf(part, kinds[n])) ? (after as (string | number)[]) : undefined;
  } catch {
    return undefined;
  }
}

function isOf(value: unknown, kind: 'string' | 'number' | undefined): boolean {
  return kind === 'string' ? typeof value === 'string' : typeof value === 'number';
}
