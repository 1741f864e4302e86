import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** No definition may be larger, and no folder is searched for larger ones. */
export const MAX_BYTES = 1024 * 1024;

export type TextFile =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'bad'; readonly message: string; readonly line: number; readonly column: number };

/** The text of a file, or why it is none. A file that never ends is not waited for. */
export function readTextFile(path: string): TextFile {
  let bytes: Buffer;
  try {
    bytes = readBytes(path);
  } catch (error) {
    return bad(explain(error));
  }
  if (bytes.length > MAX_BYTES) return bad(`the file is larger than ${MAX_BYTES / 1024} KB`);
  try {
    // A byte order mark is no part of the text.
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { ...bad('the file is not UTF-8 text'), ...firstBadPlace(bytes) };
  }
}

function readBytes(path: string): Buffer {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!fstatSync(file).isFile()) throw new Error('it is not a file');
    const buffer = Buffer.alloc(MAX_BYTES + 1);
    let length = 0;
    while (length < buffer.length) {
      const count = readSync(file, buffer, length, buffer.length - length, null);
      if (count === 0) break;
      length += count;
    }
    return buffer.subarray(0, length);
  } finally {
    closeSync(file);
  }
}

function bad(message: string): TextFile & { readonly kind: 'bad' } {
  return { kind: 'bad', message, line: 1, column: 1 };
}

function explain(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES') return 'the file may not be read';
  return message;
}

function firstBadPlace(bytes: Buffer): { readonly line: number; readonly column: number } {
  let line = 1;
  let start = 0;
  for (;;) {
    const end = bytes.indexOf(0x0a, start);
    const row = bytes.subarray(start, end === -1 ? bytes.length : end);
    const text = row.toString('utf8');
    if (!Buffer.from(text).equals(row)) return { line, column: text.indexOf('\uFFFD') + 1 };
    if (end === -1) return { line, column: 1 };
    start = end + 1;
    line++;
  }
}
