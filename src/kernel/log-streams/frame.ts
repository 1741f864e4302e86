import { crc32 } from 'node:zlib';
import type { LogLine, LogRecord } from './port.ts';

/*
 * A stream is a file: eight bytes of magic, then one frame for each record.
 *   length of body (4) | CRC-32 of body (4) | body: time (8, double), flags (1), text (UTF-8) | length of body (4)
 * The length stands at both ends so that the newest records are found from the end of the file.
 */

export const MAGIC = Buffer.from('PWLOGS1\n');
/** Longest text of one record; what is longer goes on in the next one. */
export const MAX_TEXT_BYTES = 256 * 1024;

const PREFIX_BYTES = 8;
const BODY_FIXED_BYTES = 9;
const SUFFIX_BYTES = 4;
export const MAX_FRAME_BYTES = PREFIX_BYTES + BODY_FIXED_BYTES + MAX_TEXT_BYTES + SUFFIX_BYTES;

const PARTIAL = 1;
const END = 2;

export type Frame =
  | { readonly kind: 'line'; readonly record: LogRecord }
  | { readonly kind: 'end'; readonly next: number };

/** The frames of one line: more than one when it is longer than a record may be. */
export function encodeLine(line: LogLine): Buffer[] {
  const text = Buffer.from(line.text, 'utf8');
  const frames: Buffer[] = [];
  let from = 0;
  while (text.length - from > MAX_TEXT_BYTES) {
    const to = characterStart(text, from + MAX_TEXT_BYTES);
    frames.push(encode(line.at, PARTIAL, text.subarray(from, to)));
    from = to;
  }
  frames.push(encode(line.at, line.partial ? PARTIAL : 0, text.subarray(from)));
  return frames;
}

export function encodeEnd(at: number): Buffer {
  return encode(at, END, Buffer.alloc(0));
}

function encode(at: number, flags: number, text: Buffer): Buffer {
  const length = BODY_FIXED_BYTES + text.length;
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + length + SUFFIX_BYTES);
  frame.writeUInt32LE(length, 0);
  frame.writeDoubleLE(at, 8);
  frame[16] = flags;
  text.copy(frame, PREFIX_BYTES + BODY_FIXED_BYTES);
  frame.writeUInt32LE(crc32(frame.subarray(PREFIX_BYTES, PREFIX_BYTES + length)), 4);
  frame.writeUInt32LE(length, PREFIX_BYTES + length);
  return frame;
}

/** Moves back to where a UTF-8 character begins. */
function characterStart(text: Buffer, at: number): number {
  let start = at;
  while (((text[start] as number) & 0xc0) === 0x80) start--;
  return start;
}

/**
 * The frame at `at` in `bytes`, which lie at `base` in the stream. `incomplete` when it goes beyond the bytes, `bad`
 * when no frame can begin like this or its sum is wrong.
 */
export function decode(bytes: Buffer, at: number, base: number): Frame | 'incomplete' | 'bad' {
  if (bytes.length - at < PREFIX_BYTES) return 'incomplete';
  const length = bytes.readUInt32LE(at);
  if (!plausible(length)) return 'bad';
  const bodyAt = at + PREFIX_BYTES;
  const end = bodyAt + length + SUFFIX_BYTES;
  if (bytes.length < end) return 'incomplete';
  if (bytes.readUInt32LE(at + 4) !== crc32(bytes.subarray(bodyAt, bodyAt + length))) return 'bad';
  if (bytes.readUInt32LE(end - SUFFIX_BYTES) !== length) return 'bad';
  const flags = bytes[bodyAt + 8] as number;
  if (flags & END) return { kind: 'end', next: base + end };
  const text = bytes.toString('utf8', bodyAt + BODY_FIXED_BYTES, bodyAt + length);
  const line = { at: bytes.readDoubleLE(bodyAt), text, offset: base + at, next: base + end };
  return { kind: 'line', record: flags & PARTIAL ? { ...line, partial: true } : line };
}

/** Where the frame that ends at `end` begins, judged by its last bytes alone; undefined when none can end there. */
export function frameStart(bytes: Buffer, end: number): number | undefined {
  if (end < SUFFIX_BYTES) return undefined;
  const length = bytes.readUInt32LE(end - SUFFIX_BYTES);
  return plausible(length) ? end - SUFFIX_BYTES - length - PREFIX_BYTES : undefined;
}

function plausible(length: number): boolean {
  return length >= BODY_FIXED_BYTES && length <= BODY_FIXED_BYTES + MAX_TEXT_BYTES;
}
