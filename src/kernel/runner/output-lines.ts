import { createMasker } from '../log-streams/masker.ts';

/** One line for the log; `partial` when its text goes on in the next one. */
export interface OutputLine {
  readonly text: string;
  readonly partial?: boolean;
}

export interface OutputLines {
  /** The lines that these bytes complete. */
  push(bytes: Buffer): OutputLine[];
  /** What is left when the output has ended. */
  end(): OutputLine[];
}

export const LONGEST_LINE = 256 * 1024;

/**
 * Turns raw output into lines: bytes that are no UTF-8 and NUL become U+FFFD, secrets become `***`, long lines are
 * split, and what comes after `limit` bytes is dropped with one line saying so.
 */
export function createOutputLines(masks: readonly string[], limit: number): OutputLines {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const masker = createMasker(masks);
  let pending = '';
  let left = limit;
  let dropping = false;

  const split = (text: string): OutputLine[] => {
    const lines: OutputLine[] = [];
    pending += text;
    // Joined pieces are only looked through once a line end came: many small pieces must not cost a square.
    if (text.includes('\n')) {
      const whole = pending.split('\n');
      pending = whole.pop() as string;
      for (const line of whole) lines.push({ text: line.endsWith('\r') ? line.slice(0, -1) : line });
    }
    while (pending.length > LONGEST_LINE) {
      const cut = isHighSurrogate(pending.charCodeAt(LONGEST_LINE - 1)) ? LONGEST_LINE - 1 : LONGEST_LINE;
      lines.push({ text: pending.slice(0, cut), partial: true });
      pending = pending.slice(cut);
    }
    return lines;
  };
  const finish = (): OutputLine[] => {
    const lines = split(masker.push(clean(decoder.decode())) + masker.flush());
    if (pending !== '') lines.push({ text: pending });
    pending = '';
    return lines;
  };
  return {
    push(bytes) {
      if (dropping) return [];
      const kept = bytes.length > left ? bytes.subarray(0, left) : bytes;
      left -= kept.length;
      const lines = split(masker.push(clean(decoder.decode(kept, { stream: true }))));
      if (kept === bytes) return lines;
      dropping = true;
      return [...lines, ...finish(), { text: `pipewright: output beyond ${limit} bytes is dropped` }];
    },
    end: () => (dropping ? [] : finish()),
  };
}

function clean(text: string): string {
  return text.replaceAll('\0', '\uFFFD');
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}
