import type { ParsedLine } from './ansi.ts';
import { columnsOf } from './columns.ts';

/** Lines in a chunk. Small enough to search within a frame, large enough that a million lines are 500 objects. */
export const CHUNK_LINES = 2048;

/**
 * Some thousands of lines as one string and a few typed arrays: about 20 bytes for each line besides its text, so
 * that a million lines fit a tab. A chunk is filled once and then sealed.
 */
export class LogChunk {
  count = 0;
  #open: string[] = [];
  #text = '';
  #openSpans: number[] = [];
  #spans = new Uint32Array(0);
  readonly #ends = new Uint32Array(CHUNK_LINES);
  readonly #spanEnds = new Uint32Array(CHUNK_LINES);
  readonly #columns = new Uint32Array(CHUNK_LINES);
  readonly #at = new Float64Array(CHUNK_LINES);

  get full(): boolean {
    return this.count === CHUNK_LINES;
  }

  push(line: ParsedLine, at: number): void {
    const start = this.count === 0 ? 0 : this.#endOf(this.count - 1) + 1;
    this.#open.push(line.text);
    this.#ends[this.count] = start + line.text.length;
    for (const value of line.spans) this.#openSpans.push(value);
    this.#spanEnds[this.count] = this.#openSpans.length;
    this.#columns[this.count] = columnsOf(line.text);
    this.#at[this.count] = at;
    this.count++;
    if (this.full) this.#seal();
  }

  textOf(line: number): string {
    if (!this.full) return this.#open[line] ?? '';
    return this.#text.slice(this.startOf(line), this.#endOf(line));
  }

  spansOf(line: number): ArrayLike<number> {
    const from = line === 0 ? 0 : (this.#spanEnds[line - 1] ?? 0);
    const to = this.#spanEnds[line] ?? 0;
    return this.full ? this.#spans.subarray(from, to) : this.#openSpans.slice(from, to);
  }

  columnsOf(line: number): number {
    return this.#columns[line] ?? 0;
  }

  atOf(line: number): number {
    return this.#at[line] ?? 0;
  }

  /** All lines from `line` on, joined by line feeds. */
  textFrom(line: number): string {
    if (!this.full) return this.#open.slice(line).join('\n');
    return line === 0 ? this.#text : this.#text.slice(this.startOf(line));
  }

  startOf(line: number): number {
    return line === 0 ? 0 : this.#endOf(line - 1) + 1;
  }

  /** The line that holds a position of the joined text. */
  lineAt(position: number): number {
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#endOf(middle) < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #endOf(line: number): number {
    return this.#ends[line] ?? 0;
  }

  #seal(): void {
    this.#text = this.#open.join('\n');
    this.#spans = Uint32Array.from(this.#openSpans);
    this.#open = [];
    this.#openSpans = [];
  }
}
