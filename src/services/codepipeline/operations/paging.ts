import { ApiError } from '../../../kernel/errors.ts';

/**
 * Tokens say where the next page begins, and which list they belong to. They are opaque to clients but hold no secret:
 * the pipeline is checked again with every page.
 */
export function pageToken(list: string, ...position: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify([list, ...position])).toString('base64url');
}

/** Refuses (`InvalidNextTokenException`) what this list did not hand out. */
export function readToken(
  list: string,
  token: string,
  shape: readonly ('string' | 'number')[],
): (string | number)[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    if (Array.isArray(parsed) && parsed.length === shape.length + 1 && parsed[0] === list) {
      const position: unknown[] = parsed.slice(1);
      if (position.every((part, n) => typeof part === shape[n])) return position as (string | number)[];
    }
  } catch {
    // Falls through: anything unreadable is refused alike.
  }
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
