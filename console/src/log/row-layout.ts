import { CHUNK_LINES } from './log-chunk.ts';
import type { LogStore } from './log-store.ts';

/**
 * Where each line stands, in rows. Without wrapping a line is a row. With wrapping a line takes as many rows as its
 * columns need, counted from the fixed-width font instead of measured, so that a million lines are laid out in
 * milliseconds and a jump to any line is exact.
 */
export class RowLayout {
  readonly #store: LogStore;
  /** Columns in a row, undefined without wrapping. */
  readonly columns: number | undefined;
  /** Rows before each line, for every chunk, relative to the chunk; and rows before each chunk. */
  readonly #inChunk: Uint32Array[] = [];
  readonly #beforeChunk: number[] = [0];
  #lines = 0;

  constructor(store: LogStore, columns: number | undefined) {
    this.#store = store;
    this.columns = columns === undefined ? undefined : Math.max(1, columns);
  }

  /** Takes in lines that were added since the last call, and answers the number of rows. */
  get rows(): number {
    if (this.columns === undefined) return this.#store.count;
    this.#catchUp(this.columns);
    return this.#beforeChunk.at(-1) ?? 0;
  }

  rowsOf(line: number): number {
    return this.columns === undefined ? 1 : rowsFor(this.#store.columnsOf(line), this.columns);
  }

  /** The first row of a line. */
  rowAt(line: number): number {
    if (this.columns === undefined) return line;
    const chunk = Math.floor(line / CHUNK_LINES);
    return (this.#beforeChunk[chunk] ?? 0) + (this.#inChunk[chunk]?.[line % CHUNK_LINES] ?? 0);
  }

  /** The line that holds a row. */
  lineAt(row: number): number {
    const last = Math.max(0, this.#store.count - 1);
    if (this.columns === undefined) return clamp(Math.floor(row), 0, last);
    const chunk = lastAtMost(this.#inChunk.length, (index) => this.#beforeChunk[index] ?? 0, row);
    const rows = this.#inChunk[chunk];
    if (rows === undefined) return 0;
    const filled = this.#store.chunks[chunk]?.count ?? 0;
    const inside = lastAtMost(filled, (index) => rows[index] ?? 0, row - (this.#beforeChunk[chunk] ?? 0));
    return clamp(chunk * CHUNK_LINES + inside, 0, last);
  }

  #catchUp(columns: number): void {
    for (; this.#lines < this.#store.count; this.#lines++) {
      const chunk = Math.floor(this.#lines / CHUNK_LINES);
      if (this.#inChunk.length === chunk) {
        this.#inChunk.push(new Uint32Array(CHUNK_LINES));
        this.#beforeChunk[chunk + 1] = this.#beforeChunk[chunk] ?? 0;
      }
      const start = this.#beforeChunk[chunk] ?? 0;
      const end = this.#beforeChunk[chunk + 1] ?? start;
      const rows = this.#inChunk[chunk];
      if (rows !== undefined) rows[this.#lines % CHUNK_LINES] = end - start;
      this.#beforeChunk[chunk + 1] = end + rowsFor(this.#store.columnsOf(this.#lines), columns);
    }
  }
}

function rowsFor(columns: number, width: number): number {
  return Math.max(1, Math.ceil(columns / width));
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/** The last index whose value is at most `limit`; values rise. */
function lastAtMost(length: number, valueOf: (index: number) => number, limit: number): number {
  let low = 0;
  let high = Math.max(0, length - 1);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (valueOf(middle) <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}
