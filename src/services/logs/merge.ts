import type { TimedRecord } from './positions.ts';

export interface Source {
  readonly id: string;
  readonly name: string;
  /** Batches of records from the offset on. */
  read(offset: number): AsyncIterable<readonly TimedRecord[]>;
}

/** The place of one record in the order over all streams: time, then stream, then offset. */
export interface Place {
  readonly order: number;
  readonly id: string;
  readonly offset: number;
}

interface Head {
  readonly source: Source;
  readonly batches: AsyncIterator<readonly TimedRecord[]>;
  batch: readonly TimedRecord[];
  at: number;
}

/** The records of all sources in one order, from after `after` on. */
export async function* mergeByTime(
  sources: readonly Source[],
  after: Place | undefined,
): AsyncIterable<{ readonly source: Source; readonly record: TimedRecord }> {
  const heads: Head[] = [];
  for (const source of sources) {
    const batches = source.read(0)[Symbol.asyncIterator]();
    const head: Head = { source, batches, batch: [], at: 0 };
    if (await advance(head, after)) heads.push(head);
  }
  heads.sort((a, b) => compare(placeOf(a), placeOf(b)));
  while (heads.length > 0) {
    const head = heads.shift() as Head;
    // As long as it stays the first of all, nothing needs sorting.
    const next = heads[0] && placeOf(heads[0]);
    let alive = true;
    do {
      yield { source: head.source, record: head.batch[head.at] as TimedRecord };
      head.at++;
      alive = await advance(head, after);
    } while (alive && (next === undefined || compare(placeOf(head), next) < 0));
    if (alive) insert(heads, head);
  }
}

/** Moves to the next record after the place; false when there is none. */
async function advance(head: Head, after: Place | undefined): Promise<boolean> {
  for (;;) {
    while (head.at < head.batch.length) {
      if (after === undefined || compare(placeOf(head), after) > 0) return true;
      head.at++;
    }
    const next = await head.batches.next();
    if (next.done) return false;
    head.batch = next.value;
    head.at = 0;
  }
}

function insert(heads: Head[], head: Head): void {
  const place = placeOf(head);
  let low = 0;
  let high = heads.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(placeOf(heads[middle] as Head), place) < 0) low = middle + 1;
    else high = middle;
  }
  heads.splice(low, 0, head);
}

function placeOf(head: Head): Place {
  const record = head.batch[head.at] as TimedRecord;
  return { order: record.order, id: head.source.id, offset: record.offset };
}

function compare(a: Place, b: Place): number {
  if (a.order !== b.order) return a.order - b.order;
  if (a.id !== b.id) return a.id < b.id ? -1 : 1;
  return a.offset - b.offset;
}
