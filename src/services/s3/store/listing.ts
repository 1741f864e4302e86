import type { Reader, SqlValue } from '../../../kernel/database/port.ts';
import { commonPrefix, prefixEnd } from '../model/prefix.ts';
import type { BucketRow, ObjectRow, UploadRow } from '../tables.ts';

/** Where a listing goes on: behind a row, or at the first key that is not below `from`. */
export type Place<R> =
  | { readonly kind: 'after'; readonly row: R }
  | { readonly kind: 'from'; readonly key: string };

export interface Rollup<R> {
  readonly rows: readonly R[];
  readonly prefixes: readonly string[];
  /** The last row or prefix of the page when there is more behind it. */
  readonly next:
    | { readonly kind: 'row'; readonly row: R }
    | { readonly kind: 'prefix'; readonly prefix: string }
    | undefined;
}

interface RollupRequest<R> {
  readonly prefix: string;
  readonly delimiter: string | undefined;
  readonly limit: number;
  readonly start: Place<R>;
  readonly fetch: (place: Place<R>, limit: number) => Promise<readonly R[]>;
}

/** With a delimiter most of what is read may be rolled up; then small batches waste less. */
const ROLLED_BATCH = 200;

/**
 * One page of a listing. Keys with a common prefix count as one; the listing jumps over all of them, so a page costs
 * as many reads as it has entries, however many keys lie below a prefix.
 */
export async function rollUp<R extends { readonly key: string }>(
  request: RollupRequest<R>,
): Promise<Rollup<R>> {
  const { prefix, delimiter, limit } = request;
  const rows: R[] = [];
  const prefixes: string[] = [];
  if (limit === 0) return { rows, prefixes, next: undefined };
  const batch = delimiter ? Math.min(limit + 1, ROLLED_BATCH) : limit + 1;
  let place: Place<R> | undefined = request.start;
  let last: Rollup<R>['next'];
  let skipping: string | undefined;
  while (place) {
    const found: readonly R[] = await request.fetch(place, batch);
    for (const row of found) {
      if (skipping !== undefined && row.key.startsWith(skipping)) continue;
      if (rows.length + prefixes.length === limit) return { rows, prefixes, next: last };
      skipping = commonPrefix(row.key, prefix, delimiter);
      if (skipping === undefined) rows.push(row);
      else prefixes.push(skipping);
      last = skipping === undefined ? { kind: 'row', row } : { kind: 'prefix', prefix: skipping };
    }
    place = found.length < batch ? undefined : placeBehind(found.at(-1) as R, skipping);
  }
  return { rows, prefixes, next: undefined };
}

function placeBehind<R>(row: R, skipping: string | undefined): Place<R> | undefined {
  if (skipping === undefined) return { kind: 'after', row };
  const end = prefixEnd(skipping);
  return end === undefined ? undefined : { kind: 'from', key: end };
}

/** Newest versions that are no delete markers. */
export function fetchCurrent(reader: Reader, bucket: BucketRow, prefix: string) {
  return fetchBy<Pick<ObjectRow, 'key'>, ObjectRow>(reader, bucket, prefix, {
    table: 's3_objects',
    where: 'latest = 1 and delete_marker = 0',
    order: 'key',
    after: (row) => ['key > ?', [row.key]],
  });
}

/** All versions and markers, the newest of each key first. */
export function fetchVersions(reader: Reader, bucket: BucketRow, prefix: string) {
  return fetchBy<Pick<ObjectRow, 'key' | 'seq'>, ObjectRow>(reader, bucket, prefix, {
    table: 's3_objects',
    where: '1 = 1',
    order: 'key, seq desc',
    after: (row) => ['key >= ? and (key > ? or seq < ?)', [row.key, row.key, row.seq]],
  });
}

export function fetchUploads(reader: Reader, bucket: BucketRow, prefix: string) {
  return fetchBy<Pick<UploadRow, 'key' | 'id'>, UploadRow>(reader, bucket, prefix, {
    table: 's3_uploads',
    where: '1 = 1',
    order: 'key, id',
    after: (row) => ['key >= ? and (key > ? or id > ?)', [row.key, row.key, row.id]],
  });
}

interface Query<P> {
  readonly table: string;
  readonly where: string;
  readonly order: string;
  after(place: P): readonly [string, readonly SqlValue[]];
}

function fetchBy<P, R extends P>(reader: Reader, bucket: BucketRow, prefix: string, query: Query<P>) {
  const end = prefixEnd(prefix);
  return (place: Place<P>, limit: number): Promise<R[]> => {
    const [condition, values] =
      place.kind === 'after' ? query.after(place.row) : ['key >= ?', [place.key] as const];
    return reader.query<R>(
      `select * from ${query.table} where account = ? and region = ? and bucket = ? and ${query.where}
          and key >= ? ${end === undefined ? '' : 'and key < ?'} and ${condition}
        order by ${query.order} limit ?`,
      [
        bucket.owner,
        bucket.home_region,
        bucket.name,
        prefix,
        ...(end === undefined ? [] : [end]),
        ...values,
        limit,
      ],
    );
  };
}
