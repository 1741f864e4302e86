import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { logStreamsContract } from '../../../testkit/contracts/log-streams.ts';
import { smallDisk } from '../../../testkit/support/small-disk.ts';
import { createFileLogStreams } from './file-log-streams.ts';
import { streamPath } from './path.ts';

const clock = { now: Date.now };

logStreamsContract('files', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'logs-'));
  return {
    streams: createFileLogStreams({ dir, clock }),
    close: async () => rmSync(dir, { recursive: true, force: true, maxRetries: 20 }),
  };
});

describe('files', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'logs-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true, maxRetries: 20 }));
  const open = () => createFileLogStreams({ dir, clock });
  const readAll = async (id: string) => (await open().read(id, 0, 1_000_000)).map(({ text }) => text);
  const write = async (id: string, ...texts: string[]) => {
    const writer = await open().writer(id);
    await writer.append(texts.map((text) => ({ at: 1, text })));
    await writer.close();
  };

  test('wherever a crash tears the file, the whole records before it stay and writing goes on', async () => {
    const texts = ['one', 'two €', '', 'three', 'x'.repeat(300)];
    await write('torn', ...texts);
    const path = streamPath(dir, 'torn');
    const whole = readFileSync(path);
    const ends = (await open().read('torn', 0, 9)).map(({ next }) => next);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), fc.uint8Array({ maxLength: 40 }), async (cut, garbage) => {
        writeFileSync(path, whole);
        truncateSync(path, cut);
        appendFileSync(path, garbage);
        const torn = readFileSync(path);
        await write('torn', 'after');
        const kept = texts.slice(
          0,
          ends.filter((end) => torn.subarray(0, end).equals(whole.subarray(0, end))).length,
        );
        expect(await readAll('torn')).toEqual([...kept, 'after']);
      }),
      { numRuns: 150 },
    );
  });

  test('a reader stops before a torn record and goes on when it is whole', async () => {
    await write('growing', 'one', 'two');
    const path = streamPath(dir, 'growing');
    const whole = readFileSync(path);
    truncateSync(path, whole.length - 5);
    expect(await readAll('growing')).toEqual(['one']);
    expect((await open().last('growing', 5)).map(({ text }) => text)).toEqual(['one']);
    const tail = open().tail('growing', 0, new AbortController().signal)[Symbol.asyncIterator]();
    await tail.next();
    const next = tail.next();
    appendFileSync(path, whole.subarray(-5));
    expect((await next).value).toMatchObject([{ text: 'two' }]);
    await tail.return?.();
  });

  test('lines that another process writes are pushed', async () => {
    const module = JSON.stringify(new URL('writer.ts', import.meta.url).href);
    const script = `
      const { openLogWriter } = await import(${module});
      const writer = await openLogWriter(${JSON.stringify(dir)}, 'other', { now: Date.now });
      for await (const data of process.stdin) {
        await writer.append([{ at: 1, text: String(data) }]);
      }
      await writer.end();`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['pipe', 'inherit', 'inherit'],
    });
    const tail = open().tail('other', 0, new AbortController().signal)[Symbol.asyncIterator]();
    for (const text of ['first', 'second', 'third']) {
      child.stdin.write(text);
      expect((await tail.next()).value).toMatchObject([{ text }]);
    }
    child.stdin.end();
    expect((await tail.next()).done).toBe(true);
  });

  test('on a full disk the writer waits for room and loses nothing', async ({ skip }) => {
    const disk = smallDisk(1);
    if (!disk) return skip('mounting a small disk needs root');
    try {
      const stalled = signal();
      const streams = createFileLogStreams({ dir: join(disk.dir, 'logs'), clock, stalled: stalled.give });
      const writer = await streams.writer('full');
      const ballast = join(disk.dir, 'ballast');
      writeFileSync(ballast, Buffer.alloc(700 * 1024));
      const lines = Array.from({ length: 5 }, (_, at) => ({ at, text: String(at).repeat(100_000) }));
      const appended = writer.append(lines);
      await stalled.given;
      rmSync(ballast);
      await appended;
      await writer.end();
      expect(stalled.times()).toBe(1);
      expect((await streams.read('full', 0, 10)).map(({ text }) => text)).toEqual(
        lines.map(({ text }) => text),
      );
    } finally {
      disk.unmount();
    }
  });

  test('a writer that is closed on a full disk gives up', async ({ skip }) => {
    const disk = smallDisk(1);
    if (!disk) return skip('mounting a small disk needs root');
    try {
      const stalled = signal();
      const streams = createFileLogStreams({ dir: join(disk.dir, 'logs'), clock, stalled: stalled.give });
      const writer = await streams.writer('full');
      await writer.append([{ at: 1, text: 'kept' }]);
      const appended = writer.append([{ at: 2, text: 'x'.repeat(2_000_000) }]);
      const failure = appended.catch((error: unknown) => error);
      await stalled.given;
      await writer.close();
      expect(await failure).toMatchObject({ code: 'ENOSPC' });
      expect((await streams.read('full', 0, 1)).map(({ text }) => text)).toEqual(['kept']);
    } finally {
      disk.unmount();
    }
  });
});

function signal() {
  let times = 0;
  let resolve = () => {};
  const given = new Promise<void>((done) => {
    resolve = done;
  });
  const give = () => {
    times++;
    resolve();
  };
  return { given, give, times: () => times };
}
