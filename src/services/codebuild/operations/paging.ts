import { ApiError } from '../../../kernel/errors.ts';
import { decodePlaceToken, encodePlaceToken } from '../../../pure/page-token.ts';

/** The place in the token: the values that its page was ordered by. Undefined without a token. */
export function readPageToken(
  list: string,
  token: string | undefined,
  kinds: readonly ('string' | 'number')[],
): readonly (string | number)[] | undefined {
  if (token === undefined) return undefined;
  const after = decodePlaceToken(list, token, kinds);
  if (after) return after;
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
  return { shown, nextToken: rows.length > limit && last ? encodePlaceToken(list, at(last)) : undefined };
}

export const PAGE = 100;
