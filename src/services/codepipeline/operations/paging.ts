import { ApiError } from '../../../kernel/errors.ts';
import { decodePlaceToken, encodePlaceToken } from '../../../pure/page-token.ts';

/**
 * Tokens say where the next page begins, and which list they belong to. They are opaque to clients but hold no secret:
 * the pipeline is checked again with every page.
 */
export function pageToken(list: string, ...position: readonly (string | number)[]): string {
  return encodePlaceToken(list, position);
}

/** Refuses (`InvalidNextTokenException`) what this list did not hand out. */
export function readToken(
  list: string,
  token: string,
  shape: readonly ('string' | 'number')[],
): readonly (string | number)[] {
  const position = decodePlaceToken(list, token, shape);
  if (position) return position;
  throw new ApiError(
    'InvalidNextTokenException',
    'The next token is not valid. It was specified in an invalid format',
  );
}

/** Splits what was read with one row too many into a page and the row its successor begins after. */
export function pageOf<R>(
  rows: readonly R[],
  limit: number,
): { readonly page: readonly R[]; readonly last: R | undefined } {
  if (rows.length <= limit) return { page: rows, last: undefined };
  return { page: rows.slice(0, limit), last: rows[limit - 1] };
}
