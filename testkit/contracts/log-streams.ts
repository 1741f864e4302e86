import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LogLine, LogRecord, LogStreams } from '../../src/kernel/log-streams/port.ts';

export interface LogStreamsDriver {
  readonly streams: LogStreams;
  close(): Promise<void>;
}

const lines = (from: number, to: number): LogLine[] =>
  Array.from({ length: to - from }, (_, index) => ({
    at: 1_700_000_000_000 + from + index,
    text: `line ${from + index}`,
  }));
const texts = (records: readonly LogRecord[]) => records.map(({ text }) => text);
const forever = new AbortController().signal;

/** What every log stream driver must do. `make` opens an empty one. */
export function logStreamsContract(name: string, make: () => Promise<LogStreamsDriver>): void {
  describe(`log streams: ${name}`, () => {
    let driver: LogStreamsDriver;
    let streams: LogStreams;
    beforeAll(async () => {
      driver = await make();
      streams = driver.streams;
    });
    afterAll(() => driver.close());

    const fill = async (id: string, ...batches: LogLine[][]) => {
      const writer = await streams.writer(id);
      for (const batch of batches) await writer.append(batch);
      return writer;
    };

    test('what was appended is read in order, from any record on', async () => {
      await (await fill('a/b.c_d-e', lines(0, 3), [], lines(3, 10))).close();
      const all = await streams.read('a/b.c_d-e', 0, 100);
      expect(texts(all)).toEqual(texts(lines(0, 10) as LogRecord[]));
      expect(all[4]).toMatchObject({ at: 1_700_000_000_004, text: 'line 4' });
      expect(all[4]?.next).toBe(all[5]?.offset);
      expect(texts(await streams.read('a/b.c_d-e', all[6]?.next as number, 2))).toEqual(['line 7', 'line 8']);
      expect(await streams.read('a/b.c_d-e', all[9]?.next as number, 5)).toEqual([]);
    });

    test('an offset that no record has is a fault, not garbage', async () => {
      await (await fill('offsets', lines(0, 3))).close();
      const first = (await streams.read('offsets', 0, 1))[0] as LogRecord;
      await expect(streams.read('offsets', first.offset + 3, 1)).rejects.toMatchObject({ name: 'Fault' });
    });

    test('the last records', async () => {
      await (await fill('last', lines(0, 5000))).close();
      expect(texts(await streams.last('last', 3))).toEqual(['line 4997', 'line 4998', 'line 4999']);
      expect(await streams.last('last', 10_000)).toHaveLength(5000);
      expect(await streams.last('last', 0)).toEqual([]);
    });

    test('an unknown stream is empty', async () => {
      expect(await streams.read('nobody', 0, 10)).toEqual([]);
      expect(await streams.last('nobody', 10)).toEqual([]);
      expect(await streams.stat('nobody')).toBeUndefined();
      await streams.remove('nobody');
    });

    test('ids that could leave the place are refused', async () => {
      for (const id of ['', 'a/../b', 'a b', 'ä', 'x'.repeat(513)]) {
        await expect(async () => streams.writer(id)).rejects.toMatchObject({ name: 'Fault' });
      }
      await (await fill('x'.repeat(512), lines(0, 1))).end();
    });

    test('a stream goes on after closing and not after its end', async () => {
      await (await fill('phases', lines(0, 1))).close();
      const writer = await fill('phases', lines(1, 2));
      expect(await streams.stat('phases')).toMatchObject({ ended: false });
      await writer.end();
      expect(texts(await streams.read('phases', 0, 9))).toEqual(['line 0', 'line 1']);
      expect(texts(await streams.last('phases', 1))).toEqual(['line 1']);
      expect(await streams.stat('phases')).toMatchObject({ ended: true });
      await expect(streams.writer('phases')).rejects.toThrow('has ended');
      await expect(writer.append(lines(2, 3))).rejects.toThrow('closed');
    });

    test('ten megabytes on one line are split at characters and marked', async () => {
      const text = `${'ä€😀x'.repeat(1_000_000)}!`;
      const writer = await fill('long', [
        { at: 5, text },
        { at: 6, text: 'after' },
      ]);
      await writer.flush();
      await writer.close();
      const records = await streams.read('long', 0, 1000);
      expect(records.length).toBeGreaterThan(38);
      const parts = records.slice(0, -1);
      expect(parts.map(({ text: part }) => part).join('') === text).toBe(true);
      expect(parts.map(({ partial }) => partial ?? false)).toEqual(
        parts.map((_, index) => index < parts.length - 1),
      );
      expect(Math.max(...parts.map(({ text: part }) => Buffer.byteLength(part)))).toBeLessThanOrEqual(
        256 * 1024,
      );
      expect(records.at(-1)).toMatchObject({ at: 6, text: 'after' });
      expect((await streams.last('long', 1000)).length).toBe(records.length);
    });

    test('a tail begins before the stream, gets each line once and ends with it', async () => {
      const got: string[] = [];
      const following = (async () => {
        for await (const batch of streams.tail('tailed/one', 0, forever)) got.push(...texts(batch));
      })();
      const writer = await streams.writer('tailed/one');
      for (let at = 0; at < 200; at++) await writer.append(lines(at, at + 1));
      await writer.end();
      await following;
      expect(got).toEqual(texts(lines(0, 200) as LogRecord[]));
    });

    test('a line is pushed to tails while the writer goes on', async () => {
      const writer = await fill('tailed/two', lines(0, 1));
      const tail = streams.tail('tailed/two', 0, forever)[Symbol.asyncIterator]();
      expect(texts((await tail.next()).value as LogRecord[])).toEqual(['line 0']);
      const next = tail.next();
      await writer.append(lines(1, 2));
      expect(texts((await next).value as LogRecord[])).toEqual(['line 1']);
      await writer.end();
      expect((await tail.next()).done).toBe(true);
    });

    test('a tail from an offset, left by its signal', async () => {
      await (await fill('tailed/three', lines(0, 3))).close();
      const [, second] = await streams.read('tailed/three', 0, 2);
      const leave = new AbortController();
      const got: string[] = [];
      for await (const batch of streams.tail('tailed/three', second?.next as number, leave.signal)) {
        got.push(...texts(batch));
        leave.abort();
      }
      expect(got).toEqual(['line 2']);
      const unknown = streams.tail('tailed/never', 0, AbortSignal.timeout(20))[Symbol.asyncIterator]();
      expect((await unknown.next()).done).toBe(true);
    });

    test('a slow reader does not hold up the writer and misses nothing', async () => {
      const writer = await fill('slow', lines(0, 10));
      const tail = streams.tail('slow', 0, forever)[Symbol.asyncIterator]();
      const got = texts((await tail.next()).value as LogRecord[]);
      for (let at = 10; at < 50_000; at += 1000) await writer.append(lines(at, Math.min(at + 1000, 50_000)));
      await writer.end();
      for (let next = await tail.next(); !next.done; next = await tail.next()) got.push(...texts(next.value));
      expect(got).toEqual(texts(lines(0, 50_000) as LogRecord[]));
    });

    test('appends made at once keep their order', async () => {
      const writer = await streams.writer('at-once');
      await Promise.all(Array.from({ length: 50 }, (_, at) => writer.append(lines(at * 2, at * 2 + 2))));
      await writer.close();
      expect(texts(await streams.read('at-once', 0, 200))).toEqual(texts(lines(0, 100) as LogRecord[]));
    });

    test('a removed stream is gone and its tails end', async () => {
      const writer = await fill('removed', lines(0, 1));
      await writer.close();
      const tail = streams.tail('removed', 0, forever)[Symbol.asyncIterator]();
      await tail.next();
      const next = tail.next();
      await streams.remove('removed');
      expect((await next).done).toBe(true);
      expect(await streams.stat('removed')).toBeUndefined();
    });
  });
}
