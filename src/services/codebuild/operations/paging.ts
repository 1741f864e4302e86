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

/** How a list is read that is ordered by one column, and by name where several rows have the same value in it. */
export interface ByColumn {
  /** What its tokens are bound to. */
  readonly list: string;
  /** `and …` for the rows behind the token; empty without one. */
  readonly beyond: string;
  readonly values: readonly (string | number)[];
  readonly orderBy: string;
  at(row: { readonly name: string }): readonly (string | number)[];
}

export function byColumn(
  what: string,
  column: string,
  {
    sortOrder,
    nextToken,
  }: { readonly sortOrder?: string | undefined; readonly nextToken?: string | undefined },
): ByColumn {
  const [order, side] = sortOrder === 'DESCENDING' ? ['desc', '<'] : ['asc', '>'];
  const list = `${what}/${column}/${order}`;
  if (column === 'name') {
    const after = readPageToken(list, nextToken, ['string']);
    const beyond = after ? `and name ${side} ?` : '';
    return { list, beyond, values: after ?? [], orderBy: `name ${order}`, at: (row) => [row.name] };
  }
  const after = readPageToken(list, nextToken, ['number', 'string']);
  const [value, name] = after ?? [];
  return {
    list,
    // The form of a row comparison that both databases plan well.
    beyond: after ? `and (${column} ${side} ? or (${column} = ? and name ${side} ?))` : '',
    values: after ? [value as number, value as number, name as string] : [],
    orderBy: `${column} ${order}, name ${order}`,
    at: (row) => [(row as Record<string, unknown>)[column] as number, row.name],
  };
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
