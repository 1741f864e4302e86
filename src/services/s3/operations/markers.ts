import { commonPrefix, prefixEnd } from '../model/prefix.ts';
import { type Place, type Rollup, rollUp } from '../store/listing.ts';

/**
 * Where a page begins whose marker is a key: behind everything below it when the marker is a common prefix, otherwise
 * behind `last`, the last row that the key can have. Undefined when nothing can follow.
 */
export function behindKey<R>(
  key: string,
  { Prefix, Delimiter }: { readonly Prefix?: string | undefined; readonly Delimiter?: string | undefined },
  last: R,
): Place<R> | undefined {
  const rolled = Delimiter && commonPrefix(key, Prefix ?? '', Delimiter) === key;
  return rolled ? behindPrefix(key) : { kind: 'after', row: last };
}

export function behindPrefix<R>(prefix: string): Place<R> | undefined {
  const key = prefixEnd(prefix);
  return key === undefined ? undefined : { kind: 'from', key };
}

/** One page from a place, or an empty one where nothing can follow. */
export async function pageFrom<R extends { readonly key: string }>(
  start: Place<R> | undefined,
  request: Omit<Parameters<typeof rollUp<R>>[0], 'start'>,
): Promise<Rollup<R>> {
  return start ? rollUp<R>({ ...request, start }) : { rows: [], prefixes: [], next: undefined };
}
