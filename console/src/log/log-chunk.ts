import type { PackedLines } from './packed-lines.ts';

/** Lines in a chunk. Small enough to search within a frame, large enough that a million lines are 500 objects. */
export const CHUNK_LINES = 2048;
/** A chunk of very long lines is full earlier, so that its text stays far below what a string may hold. */
export const CHUNK_CHARACTERS = 4_000_000;

/**
 * Some thousands of lines as one string and a few typed arrays: about 24 bytes for each line besides its text, so
 * that a million lines fit a tab. A chunk only ever grows at its end, until it is full.
 */
export class LogChunk {
  /** The number of its first line in the log. */
  readonly first: number;
  count = 0;
  #text = '';
  #spans = new Uint32Array(0);
  #spanCount = 0;
  readonly #ends = new Uint32Array(CHUNK_LINES);
  readonly #spanEnds = new Uint32Array(CHUNK_LINES);
  readonly #columns = new Uint32Array(CHUNK_LINES);
  readonly #at = new Float64Array(CHUNK_LINES);

  constructor(first: number) {
    this.first = first;
  }

  get full(): boolean {
    return this.count === CHUNK_LINES || this.#text.length >= CHUNK_CHARACTERS;
  }

  /** All lines joined by line feeds. */
  get text(): string {
    return this.#text;
  }

  /** Takes lines from `from` on as far as there is room, at least one, and answers how many. */
  take(lines: PackedLines, from: number): number {
    const before = from === 0 ? 0 : (lines.ends[from - 1] ?? 0) + 1;
    const base = this.count === 0 ? 0 : this.#text.length + 1;
    let taken = 0;
    while (from + taken < lines.ends.length && this.count + taken < CHUNK_LINES) {
      const end = (lines.ends[from + taken] ?? 0) - before + base;
      this.#ends[this.count + taken] = end;
      taken++;
      if (end >= CHUNK_CHARACTERS) break;
    }
    const to = from + taken;
    const piece = lines.text.slice(before, lines.ends[to - 1]);
    this.#text = this.count === 0 ? piece : `${this.#text}\n${piece}`;
    this.#columns.set(lines.columns.subarray(from, to), this.count);
    this.#at.set(lines.at.subarray(from, to), this.count);
    this.#takeSpans(lines, from, to);
    this.count += taken;
    return taken;
  }

  textOf(line: number): string {
    return this.#text.slice(this.startOf(line), this.#endOf(line));
  }

  spansOf(line: number): Uint32Array {
    const from = line === 0 ? 0 : (this.#spanEnds[line - 1] ?? 0);
    return this.#spans.subarray(from, this.#spanEnds[line] ?? 0);
  }

  columnsOf(line: number): number {
    return this.#columns[line] ?? 0;
  }

  atOf(line: number): number {
    return this.#at[line] ?? 0;
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

  #takeSpans(lines: PackedLines, from: number, to: number): void {
    const first = from === 0 ? 0 : (lines.spanEnds[from - 1] ?? 0);
    const spans = lines.spans.subarray(first, lines.spanEnds[to - 1]);
    if (this.#spanCount + spans.length > this.#spans.length) {
      const wider = new Uint32Array(Math.max(2 * this.#spans.length, this.#spanCount + spans.length));
      wider.set(this.#spans.subarray(0, this.#spanCount));
      this.#spans = wider;
    }
    this.#spans.set(spans, this.#spanCount);
    const shift = this.#spanCount - first;
    for (let line = from; line < to; line++) {
      this.#spanEnds[this.count + line - from] = (lines.spanEnds[line] ?? 0) + shift;
    }
    this.#spanCount += spans.length;
  }
}
