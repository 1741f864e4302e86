import { mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../clock.ts';
import { MAGIC } from './frame.ts';
import { streamPath } from './path.ts';
import type { LogRecord, LogStreams } from './port.ts';
import { lastRecords, readBatch, readRecords, withStream } from './reader.ts';
import { findTail } from './repair.ts';
import { createGrowthWatches, type GrowthWatches } from './watcher.ts';
import { openLogWriter } from './writer.ts';

export interface FileLogStreamsOptions {
  /** Runners write into the same folder. */
  readonly dir: string;
  readonly clock: Pick<Clock, 'now'>;
  /** Told once for each writer that has to wait for room on the disk. */
  readonly stalled?: (id: string, error: Error) => void;
}

/** How many records a tail hands out at once. */
const TAIL_BATCH = 5000;

/** Log streams as one framed file each, below `dir`. */
export function createFileLogStreams(options: FileLogStreamsOptions): LogStreams {
  const { dir, clock } = options;
  const watches = createGrowthWatches();
  return {
    writer(id) {
      const path = streamPath(dir, id);
      return openLogWriter(dir, id, {
        now: clock.now,
        written: () => watches.grew(path),
        stalled: (error) => options.stalled?.(id, error),
      });
    },
    read: (id, offset, limit) =>
      withStream(streamPath(dir, id), [], (file) => readRecords(file, offset, limit)),
    last: (id, limit) => withStream(streamPath(dir, id), [], (file) => lastRecords(file, limit)),
    tail: (id, offset, signal) => tail(watches, streamPath(dir, id), offset, signal),
    stat: (id) =>
      withStream(streamPath(dir, id), undefined, async (file) => {
        const { size } = await file.stat();
        const { last } = await findTail(file, size);
        return { bytes: size, ended: last?.kind === 'end' };
      }),
    remove: (id) => rm(streamPath(dir, id), { force: true }).then(() => watches.grew(streamPath(dir, id))),
  };
}

async function* tail(
  watches: GrowthWatches,
  path: string,
  offset: number,
  signal: AbortSignal,
): AsyncIterable<readonly LogRecord[]> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const growth = watches.watch(path);
  try {
    let file = await openIfThere(path);
    while (!file && !signal.aborted) {
      const seen = growth.seen();
      file = await openIfThere(path);
      if (!file) await growth.next(seen, signal);
    }
    try {
      let position = Math.max(offset, MAGIC.length);
      while (file && !signal.aborted) {
        const seen = growth.seen();
        const batch = await readBatch(file, position, TAIL_BATCH);
        position = batch.next;
        if (batch.records.length > 0) yield batch.records;
        if (batch.ended) return;
        if (batch.records.length > 0) continue;
        // A stream that was removed has no name any more.
        if ((await file.stat()).nlink === 0) return;
        await growth.next(seen, signal);
      }
    } finally {
      await file?.close();
    }
  } finally {
    growth.close();
  }
}

async function openIfThere(path: string) {
  return open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}
