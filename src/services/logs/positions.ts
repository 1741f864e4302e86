import type { LogRecord, LogStreams } from '../../kernel/log-streams/port.ts';

/** A record with the latest time up to it in its stream: rises, even where clients wrote times out of order. */
export interface TimedRecord extends LogRecord {
  readonly order: number;
}

interface Checkpoint {
  readonly offset: number;
  /** Latest time of all records before. */
  readonly latest: number;
}

const STEP = 1_000;
const MAX_STREAMS = 500;

/**
 * Finds places in streams by time, and reads them backwards: a place every thousand records is kept in memory for the
 * streams read last. Streams only grow, so what is known stays true.
 */
export interface Positions {
  /** Records from the first whose `order` is at least `from`, or from `offset` on, whichever is later. */
  forward(id: string, from: number, offset: number): AsyncIterable<readonly TimedRecord[]>;
  /** Batches from just before `end` towards the start, each in its natural order. */
  backward(id: string, end: number): AsyncIterable<readonly LogRecord[]>;
}

export function createPositions(logs: LogStreams): Positions {
  const known = new Map<string, Checkpoint[]>();
  const of = (id: string): Checkpoint[] => {
    const found = known.get(id) ?? [{ offset: 0, latest: 0 }];
    known.delete(id);
    known.set(id, found);
    if (known.size > MAX_STREAMS) known.delete(known.keys().next().value as string);
    return found;
  };
  async function* forward(id: string, from: number, offset: number) {
    const checkpoints = of(id);
    const start = checkpoints.findLast((place) => place.latest < from || place.offset <= offset) ?? {
      offset: 0,
      latest: 0,
    };
    let { offset: at, latest } = start;
    for (;;) {
      const records = await logs.read(id, at, STEP);
      const last = records.at(-1);
      if (!last) return;
      const timed = records.map((record) => {
        latest = Math.max(latest, record.at);
        return { ...record, order: latest };
      });
      at = last.next;
      if (records.length === STEP && at > (checkpoints.at(-1) as Checkpoint).offset) {
        checkpoints.push({ offset: at, latest });
      }
      const wanted = timed.filter((record) => record.order >= from && record.offset >= offset);
      if (wanted.length > 0) yield wanted;
    }
  }
  return {
    forward,
    async *backward(id, end) {
      const checkpoints = of(id);
      // Learns the places up to the end first.
      let place = checkpoints.at(-1) as Checkpoint;
      if (place.offset < end) {
        for await (const records of forward(id, 0, place.offset)) {
          if ((records.at(-1)?.next ?? 0) >= end) break;
        }
      }
      place = checkpoints.at(-1) as Checkpoint;
      for (let n = checkpoints.length - 1; n >= 0; n--) {
        place = checkpoints[n] as Checkpoint;
        if (place.offset >= end) continue;
        const records = (await logs.read(id, place.offset, STEP)).filter((record) => record.offset < end);
        if (records.length > 0) yield records;
        end = place.offset;
      }
    },
  };
}
