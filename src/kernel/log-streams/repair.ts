import type { FileHandle } from 'node:fs/promises';
import { decode, type Frame, frameStart, MAGIC, MAX_FRAME_BYTES } from './frame.ts';

const SCAN_BYTES = 1024 * 1024;

export interface Tail {
  /** Where the last whole frame ends. */
  readonly end: number;
  /** The last whole frame, if there is any. */
  readonly last: Frame | undefined;
}

/** Finds the last whole frame: from the end when the file ends with one, else by walking from the start. */
export async function findTail(file: FileHandle, size: number): Promise<Tail> {
  if (size < MAGIC.length) return { end: 0, last: undefined };
  if (size === MAGIC.length) return { end: size, last: undefined };
  const from = Math.max(MAGIC.length, size - MAX_FRAME_BYTES);
  const bytes = await readAt(file, from, size - from);
  const start = frameStart(bytes, bytes.length);
  const last = start === undefined || start < 0 ? 'bad' : decode(bytes, start, from);
  if (last !== 'bad' && last !== 'incomplete') return { end: size, last };
  return walk(file);
}

async function walk(file: FileHandle): Promise<Tail> {
  let position = MAGIC.length;
  let last: Frame | undefined;
  for (;;) {
    const bytes = await readAt(file, position, SCAN_BYTES);
    let at = 0;
    for (;;) {
      const frame = decode(bytes, at, position);
      if (frame === 'bad' || frame === 'incomplete') break;
      last = frame;
      at = frameEnd(frame) - position;
    }
    if (at === 0) return { end: position, last };
    position += at;
  }
}

export function frameEnd(frame: Frame): number {
  return frame.kind === 'line' ? frame.record.next : frame.next;
}

/** Up to `length` bytes; fewer at the end of the file. */
export async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}
