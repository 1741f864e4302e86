import type { Socket } from 'node:net';
import type { Reading } from './drain.ts';
import type { Journal } from './journal.ts';

const LONGEST_REPORT_BYTES = 1024 * 1024;
const ALL_REPORTS_BYTES = 64 * 1024 * 1024;

export interface Reports extends Reading {
  /** Lines that were not kept: no JSON, too long, or too many. */
  refused(): number;
}

/** Takes the lines of the report pipe into the journal, each with the time it came. */
export function collectReports(socket: Socket, journal: Journal, now: () => number): Reports {
  let refused = 0;
  let left = ALL_REPORTS_BYTES;
  let taken = 0;
  let keeping = false;
  const take = async (line: string) => {
    if (line.trim() === '') return;
    const data = line.length > Math.min(left, LONGEST_REPORT_BYTES) ? undefined : parse(line);
    if (data === undefined) {
      refused++;
      return;
    }
    left -= line.length;
    keeping = true;
    await journal.appendPatiently({ kind: 'report', at: now(), data });
    keeping = false;
  };
  const collect = async () => {
    const decoder = new TextDecoder();
    let rest = '';
    try {
      for await (const bytes of socket) {
        taken += (bytes as Buffer).length;
        const text = decoder.decode(bytes as Buffer, { stream: true });
        // Past the bound a line is refused anyway: there is no need to remember more of it.
        if (rest.length <= LONGEST_REPORT_BYTES) rest += text;
        else if (text.includes('\n')) rest += text.slice(text.indexOf('\n'));
        if (!text.includes('\n')) continue;
        const lines = rest.split('\n');
        rest = lines.pop() as string;
        for (const line of lines) await take(line);
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
    }
    await take(rest);
  };
  return {
    done: collect(),
    taken: () => taken,
    busy: () => keeping,
    stop: () => socket.destroy(),
    refused: () => refused,
  };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
