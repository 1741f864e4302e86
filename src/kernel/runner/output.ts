import type { Socket } from 'node:net';
import type { LogWriter } from '../log-streams/port.ts';
import type { Reading } from './drain.ts';
import { createOutputLines, type OutputLine } from './output-lines.ts';

export interface Output extends Reading {
  /** One more line of our own; to be called when the output is done. */
  note(text: string): Promise<void>;
}

/** Pumps the output of a command into its log. While the log waits (a full disk), the command waits. */
export function pumpOutput(
  socket: Socket,
  writer: LogWriter,
  options: { readonly masks: readonly string[]; readonly limit: number; readonly now: () => number },
): Output {
  const lines = createOutputLines(options.masks, options.limit);
  let taken = 0;
  let appending = 0;
  const append = async (ready: readonly OutputLine[]) => {
    if (ready.length === 0) return;
    const at = options.now();
    appending++;
    try {
      await writer.append(ready.map((line) => ({ at, ...line })));
    } finally {
      appending--;
    }
  };
  const pump = async () => {
    try {
      for await (const bytes of socket) {
        taken += (bytes as Buffer).length;
        await append(lines.push(bytes as Buffer));
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
    }
    await append(lines.end());
  };
  return {
    done: pump(),
    taken: () => taken,
    busy: () => appending > 0,
    stop: () => socket.destroy(),
    note: (text) => append([{ text: `pipewright: ${text}` }]),
  };
}
