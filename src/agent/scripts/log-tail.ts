import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { LOG_TAIL_LIMIT } from '../../pure/agent-protocol.ts';
import { earlierLog } from './log-keeper.ts';

const READ_BYTES = 16 * 1024;

/** The last lines that were written to a log after `from`; whatever bytes they are, the answer is text. */
export function logTail(path: string, from: number): string {
  const now = readTail(path, from);
  const whole = now.turnedOver && existsSync(earlierLog(path)) ? readTail(earlierLog(path), 0).text : '';
  const text = `${whole}${now.text}`.trimEnd();
  if (text.length <= LOG_TAIL_LIMIT) return text;
  const cut = text.slice(-LOG_TAIL_LIMIT);
  const line = cut.indexOf('\n');
  return line < 0 || line > LOG_TAIL_LIMIT / 2 ? cut : cut.slice(line + 1);
}

/** A log that is shorter than it was has been turned over since: then all of it is new, and more lies beside it. */
function readTail(path: string, from: number): { readonly text: string; readonly turnedOver: boolean } {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const turnedOver = size < from;
    const start = Math.max(turnedOver ? 0 : from, size - READ_BYTES);
    const bytes = Buffer.alloc(Math.max(size - start, 0));
    const read = readSync(file, bytes, 0, bytes.length, start);
    return { text: bytes.toString('utf8', 0, read).replaceAll('\0', '\uFFFD'), turnedOver };
  } finally {
    closeSync(file);
  }
}
