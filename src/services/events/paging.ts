import { ApiError } from '../../kernel/errors.ts';
import { decodePageToken, encodePageToken } from '../../pure/page-token.ts';

const DEFAULT_LIMIT = 100;

export interface PageRequest {
  readonly Limit?: number;
  readonly NextToken?: string;
}

/** Where a page begins (behind this key) and how long it is. Refuses a token that this list never gave out. */
export function pageStart(list: string, { Limit, NextToken }: PageRequest): { after: string; limit: number } {
  const after = NextToken === undefined ? '' : decodePageToken(list, NextToken);
  if (after === undefined)
    throw new ApiError('ValidationException', 'NextToken is not valid for this request.');
  return { after, limit: Limit ?? DEFAULT_LIMIT };
}

/** Cuts rows, read one over the limit, to a page with its token. */
export function pageOf<T>(
  list: string,
  rows: readonly T[],
  limit: number,
  key: (row: T) => string,
): { readonly page: readonly T[]; readonly NextToken: string | undefined } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    page,
    NextToken: rows.length > limit && last !== undefined ? encodePageToken(list, key(last)) : undefined,
  };
}

/** The first name behind all that begin with a prefix: names here have no character as high as `~`. */
export function prefixEnd(prefix: string | undefined): string {
  return `${prefix ?? ''}~`;
}
