import { ApiError } from '../../../kernel/errors.ts';
import { decodePageToken, encodePageToken } from '../../../pure/page-token.ts';

/** Rows in one answer. */
export const PAGE = 100;

/** The key behind which a page begins, empty for the first one; refuses a token that this list never gave out. */
export function pageStart(list: string, token: string | undefined): string {
  const after = token === undefined || token === '' ? '' : decodePageToken(list, token);
  if (after !== undefined) return after;
  throw new ApiError('InvalidNextTokenException', 'The next token was specified in an invalid format.');
}

/** Cuts rows, of which one more than a page was read, to a page and the token of the next one. */
export function pageOf<T>(
  list: string,
  rows: readonly T[],
  keyOf: (row: T) => string,
): { readonly page: readonly T[]; readonly next: { readonly nextToken?: string } } {
  const page = rows.slice(0, PAGE);
  const last = page.at(-1);
  const more = rows.length > PAGE && last !== undefined;
  return { page, next: more ? { nextToken: encodePageToken(list, keyOf(last)) } : {} };
}
