import { closeSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { RunEnd } from '../sandbox/port.ts';
import { JOURNAL, type JournalRecord } from './protocol.ts';

const FULL_PAUSE_MS = 500;

export interface Journal {
  append(record: JournalRecord): void;
  /** The same, waiting for room where the disk is full. */
  appendPatiently(record: JournalRecord): Promise<void>;
  /** Survives a loss of power once this returned. */
  sync(): void;
  close(): void;
}

export function openJournal(folder: string): Journal {
  const file = openSync(join(folder, JOURNAL), 'a', 0o600);
  // A line that did not fit on the disk was perhaps begun: the next one must not join it.
  let begun = false;
  const append = (record: JournalRecord) => {
    const text = `${begun ? '\n' : ''}${JSON.stringify(record)}\n`;
    begun = true;
    write(file, text);
    begun = false;
  };
  return {
    append,
    async appendPatiently(record) {
      for (;;) {
        try {
          return append(record);
        } catch (error) {
          const { code } = error as NodeJS.ErrnoException;
          if (code !== 'ENOSPC' && code !== 'EDQUOT') throw error;
          // Nothing tells that a disk has room again.
          await delay(FULL_PAUSE_MS);
        }
      }
    },
    sync: () => fsyncSync(file),
    close: () => closeSync(file),
  };
}

/** Ends a run whose runner cannot do it any more. The line that it may have been writing is cut off from ours. */
export function recordEnd(folder: string, end: RunEnd): void {
  const file = openSync(join(folder, JOURNAL), 'a', 0o600);
  try {
    write(file, `\n${JSON.stringify({ kind: 'end', end } satisfies JournalRecord)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function write(file: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let from = 0; from < bytes.length; ) from += writeSync(file, bytes, from);
}

export interface JournalReader {
  /** The records that were completed since the last call. */
  more(): JournalRecord[];
  close(): void;
}

const CHUNK_BYTES = 256 * 1024;

/** Undefined when the run has no journal. */
export function readJournal(folder: string): JournalReader | undefined {
  let file: number;
  try {
    file = openSync(join(folder, JOURNAL), 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  let rest: Buffer = Buffer.alloc(0);
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  return {
    more() {
      const records: JournalRecord[] = [];
      for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer)) {
        const bytes = Buffer.concat([rest, buffer.subarray(0, read)]);
        const end = bytes.lastIndexOf(10) + 1;
        rest = Buffer.from(bytes.subarray(end));
        for (const line of bytes.toString('utf8', 0, end).split('\n')) {
          const record = parse(line);
          if (record) records.push(record);
        }
      }
      return records;
    },
    close: () => closeSync(file),
  };
}

/** A line torn by the death of its writer is no record. */
function parse(line: string): JournalRecord | undefined {
  if (line === '') return undefined;
  try {
    return JSON.parse(line) as JournalRecord;
  } catch {
    return undefined;
  }
}
