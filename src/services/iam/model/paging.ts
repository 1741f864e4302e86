/** A page of sorted rows: one more row than asked for shows that there is more. */
export interface Page<R> {
  readonly rows: readonly R[];
  readonly marker: string | undefined;
}

const DEFAULT_ITEMS = 100;

export function pageLimit(maxItems: number | undefined): number {
  return Math.min(maxItems ?? DEFAULT_ITEMS, 1000);
}

/** `found` holds up to `limit + 1` rows; the marker is the last row's name, opaque to clients. */
export function cutPage<R>(found: readonly R[], limit: number, nameOf: (row: R) => string): Page<R> {
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  return { rows, marker: found.length > limit && last !== undefined ? writeMarker(nameOf(last)) : undefined };
}

/** The name that a page begins behind; undefined for a marker that was not made here. */
export function readMarker(marker: string | undefined): string | undefined {
  if (marker === undefined) return '';
  const text = Buffer.from(marker, 'base64url').toString('utf8');
  return text.startsWith(PREFIX) ? text.slice(PREFIX.length) : undefined;
}

const PREFIX = 'behind:';

function writeMarker(name: string): string {
  return Buffer.from(PREFIX + name).toString('base64url');
}
