import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { LOG_TAIL_LIMIT } from '../../pure/agent-protocol.ts';

const READ_BYTES = 16 * 1024;

/** The last lines that were written to a file after `from`; whatever bytes they are, the answer is text. */
export function logTail(path: string, from: number): string {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const start = Math.max(from, size - READ_BYTES);
    const bytes = Buffer.alloc(Math.max(size - start, 0));
    const read = readSync(file, bytes, 0, bytes.length, start);
    const text = bytes.toString('utf8', 0, read).replaceAll('\0', '\uFFFD').trimEnd();
    if (text.length <= LOG_TAIL_LIMIT) return text;
    const cut = text.slice(-LOG_TAIL_LIMIT);
    const line = cut.indexOf('\n');
    return line < 0 || line > LOG_TAIL_LIMIT / 2 ? cut : cut.slice(line + 1);
  } finally {
    closeSync(file);
  }
}
