import { ApiError } from '../../../kernel/errors.ts';

/** Where a page ended, opaque to clients. `list` keeps a token of one list from being used for another. */
export function encodeToken(list: string, position: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify([list, ...position])).toString('base64url');
}

/** The position, undefined for the first page; refuses what this server never gave. */
export function decodeToken(
  list: string,
  token: string | undefined,
  types: readonly ('string' | 'number')[],
): readonly (string | number)[] | undefined {
  if (token === undefined || token === '') return undefined;
  const parsed = parse(token);
  if (Array.isArray(parsed) && parsed[0] === list && parsed.length === types.length + 1) {
    const position = parsed.slice(1) as (string | number)[];
    // oxlint-disable-next-line valid-typeof
    if (position.every((part, n) => typeof part === types[n])) return position;
  }
  throw new ApiError('InvalidNextTokenException', 'The next token was specified in an invalid format.');
}

function parse(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
