import { ApiError } from '../../../kernel/errors.ts';

/** Where a page ended: the values it was ordered by. Opaque to clients, bound to the list it came from. */
export function pageToken(list: string, at: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify([list, ...at])).toString('base64url');
}

/** The place in the token, checked. Undefined without a token. */
export function readPageToken(
  list: string,
  token: string | undefined,
  kinds: readonly ('string' | 'number')[],
): readonly (string | number)[] | undefined {
  if (token === undefined) return undefined;
  try {
    const [name, ...at] = JSON.parse(Buffer.from(token, 'base64url').toString()) as unknown[];
    if (name === list && at.length === kinds.length && at.every((part, n) => typeof part === kinds[n])) {
      return at as (string | number)[];
    }
  } catch {
    // Told below.
  }
  throw new ApiError('InvalidInputException', 'Invalid next token provided');
}

/** One page of rows that were read one more than asked for. */
export function cutPage<T>(
  rows: readonly T[],
  limit: number,
  list: string,
  at: (row: T) => readonly (string | number)[],
): { readonly shown: readonly T[]; readonly nextToken: string | undefined } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { shown, nextToken: rows.length > limit && last ? pageToken(list, at(last)) : undefined };
}

export const PAGE = 100;
