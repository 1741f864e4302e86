import { type FileHandle, open } from 'node:fs/promises';
import { Fault } from '../errors.ts';
import { decode, frameStart, MAGIC, MAX_FRAME_BYTES } from './frame.ts';
import type { LogRecord } from './port.ts';
import { findTail, readAt } from './repair.ts';

const CHUNK_BYTES = 512 * 1024;

export interface Batch {
  readonly records: readonly LogRecord[];
  /** Where to go on. */
  readonly next: number;
  readonly ended: boolean;
}

/** Runs `work` on the file, or answers `missing` when there is none. */
export async function withStream<T>(
  path: string,
  missing: T,
  work: (file: FileHandle) => Promise<T>,
): Promise<T> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!file) return missing;
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}

/** The whole records of one piece of the file; none when nothing new is there yet. */
export async function readBatch(file: FileHandle, offset: number, limit: number): Promise<Batch> {
  const { size } = await file.stat();
  const base = Math.max(offset, MAGIC.length);
  if (size <= base) return { records: [], next: base, ended: false };
  const bytes = await readAt(file, base, Math.min(size - base, CHUNK_BYTES));
  const records: LogRecord[] = [];
  let next = base;
  while (records.length < limit) {
    const frame = decode(bytes, next - base, base);
    // A frame that is just being written may still be incomplete, never wrong.
    if (frame === 'bad') throw new Fault(`no log record at offset ${next}`);
    if (frame === 'incomplete') break;
    if (frame.kind === 'end') return { records, next: frame.next, ended: true };
    records.push(frame.record);
    next = frame.record.next;
  }
  return { records, next, ended: false };
}

export async function readRecords(file: FileHandle, offset: number, limit: number): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for (let position = offset; records.length < limit; ) {
    const batch = await readBatch(file, position, limit - records.length);
    records.push(...batch.records);
    if (batch.ended || batch.records.length === 0) break;
    position = batch.next;
  }
  return records;
}

/** Walks back from the end of the file by the lengths that stand behind each frame. */
export async function lastRecords(file: FileHandle, limit: number): Promise<LogRecord[]> {
  const { end: whole } = await findTail(file, (await file.stat()).size);
  const records: LogRecord[] = [];
  let end = whole;
  while (end > MAGIC.length && records.length < limit) {
    const base = Math.max(MAGIC.length, end - Math.max(CHUNK_BYTES, MAX_FRAME_BYTES));
    const bytes = await readAt(file, base, end - base);
    const before = end;
    while (end > base && records.length < limit) {
      const start = frameStart(bytes.subarray(0, end - base), end - base);
      if (start === undefined || start < 0) break;
      const frame = decode(bytes, start, base);
      if (frame === 'bad' || frame === 'incomplete') throw new Fault(`no log record before offset ${end}`);
      if (frame.kind === 'line') records.push(frame.record);
      end = base + start;
    }
    if (end === before) throw new Fault(`no log record ends at offset ${end}`);
  }
  return records.toReversed();
}
