import { parseAnsi } from './ansi.ts';
import { columnsOf } from './columns.ts';
import { PLAIN, type Style } from './style.ts';

/** A line as it comes from the server. */
export interface IncomingLine {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly text: string;
}

/**
 * Lines that were read already: one string and a few arrays, which a worker hands to a tab at no cost, instead of
 * thousands of objects.
 */
export interface PackedLines {
  /** The plain text of all lines, joined by line feeds. */
  readonly text: string;
  /** Where each line ends in the text. */
  readonly ends: Uint32Array<ArrayBuffer>;
  /** Triples of all lines: start column, end column, style. */
  readonly spans: Uint32Array<ArrayBuffer>;
  /** How many numbers of `spans` belong to the lines up to this one. */
  readonly spanEnds: Uint32Array<ArrayBuffer>;
  readonly columns: Uint32Array<ArrayBuffer>;
  readonly at: Float64Array<ArrayBuffer>;
}

/** Reads control sequences and packs lines; a colour may go on from one batch into the next. */
export class LinePacker {
  #style: Style = PLAIN;

  pack(lines: readonly IncomingLine[]): PackedLines {
    const texts: string[] = [];
    const spans: number[] = [];
    const numbers = () => new Uint32Array(lines.length);
    const packed = { ends: numbers(), spanEnds: numbers(), columns: numbers() };
    const at = new Float64Array(lines.length);
    let end = -1;
    for (const [index, line] of lines.entries()) {
      const parsed = parseAnsi(line.text, this.#style);
      this.#style = parsed.style;
      texts.push(parsed.text);
      for (const value of parsed.spans) spans.push(value);
      end += 1 + parsed.text.length;
      packed.ends[index] = end;
      packed.spanEnds[index] = spans.length;
      packed.columns[index] = columnsOf(parsed.text);
      at[index] = line.at;
    }
    return { ...packed, text: texts.join('\n'), spans: Uint32Array.from(spans), at };
  }
}

/** What moves to another thread instead of being copied. */
export function buffersOf({ ends, spans, spanEnds, columns, at }: PackedLines): ArrayBuffer[] {
  return [ends.buffer, spans.buffer, spanEnds.buffer, columns.buffer, at.buffer];
}
