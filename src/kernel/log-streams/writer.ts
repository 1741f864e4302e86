import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '../errors.ts';
import { encodeEnd, encodeLine, MAGIC } from './frame.ts';
import { streamPath } from './path.ts';
import type { LogLine, LogWriter } from './port.ts';
import { findTail } from './repair.ts';

export interface LogWriterOptions {
  /** Called after each append that reached the file. */
  readonly written?: () => void;
  /** Called once when the disk is full and the writer begins to wait for room. */
  readonly stalled?: (error: Error) => void;
  readonly now: () => number;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2000;
const BATCH_BYTES = 1024 * 1024;

/**
 * Opens a stream in `dir` for appending; a torn tail is cut off. Used by the server and, on the same folder, by
 * runners. On a full disk `append` waits until there is room again, or rejects when the writer is closed meanwhile.
 */
export async function openLogWriter(dir: string, id: string, options: LogWriterOptions): Promise<LogWriter> {
  const path = streamPath(dir, id);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(path, 'a+', 0o600);
  try {
    const { size } = await file.stat();
    const { end, last } = await findTail(file, size);
    if (last?.kind === 'end') throw new Fault(`log stream ${id} has ended`);
    if (end < size) await file.truncate(end);
    const writer = createWriter(file, options);
    if (end === 0) await writer.write([MAGIC]);
    return writer.port;
  } catch (error) {
    await file.close();
    throw error;
  }
}

function createWriter(file: FileHandle, options: LogWriterOptions) {
  let closed = false;
  let last: Promise<void> = Promise.resolve();

  const write = async (frames: readonly Buffer[]) => {
    const bytes = frames.length === 1 ? (frames[0] as Buffer) : Buffer.concat(frames);
    let pause = FIRST_PAUSE_MS;
    for (let from = 0; from < bytes.length; ) {
      try {
        from += (await file.write(bytes, from)).bytesWritten;
        pause = FIRST_PAUSE_MS;
      } catch (error) {
        if (closed || !isFull(error)) throw error;
        if (pause === FIRST_PAUSE_MS) options.stalled?.(error as Error);
        // Nothing tells that a disk has room again.
        await delay(pause);
        pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
      }
    }
    options.written?.();
  };
  const inOrder = (work: () => Promise<void>) => {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  };
  const close = async () => {
    if (closed) return;
    closed = true;
    await last;
    await file.close();
  };

  const port: LogWriter = {
    append: (lines) =>
      inOrder(async () => {
        if (closed) throw new Fault('the log writer is closed');
        for (const batch of batches(lines)) await write(batch);
      }),
    flush: () => inOrder(() => file.datasync()),
    async end() {
      await inOrder(async () => {
        await write([encodeEnd(options.now())]);
        await file.datasync();
      });
      await close();
    },
    close,
  };
  return { port, write };
}

function* batches(lines: readonly LogLine[]): Iterable<Buffer[]> {
  let batch: Buffer[] = [];
  let bytes = 0;
  for (const line of lines) {
    for (const frame of encodeLine(line)) {
      batch.push(frame);
      bytes += frame.length;
      if (bytes < BATCH_BYTES) continue;
      yield batch;
      batch = [];
      bytes = 0;
    }
  }
  if (batch.length > 0) yield batch;
}

function isFull(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT';
}
