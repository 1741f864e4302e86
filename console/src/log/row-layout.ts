import type { LogStore } from './log-store.ts';
import { lastAtMost } from './sorted.ts';

/** Lines whose rows are counted together. */
const BLOCK = 2048;

/**
 * Where each line stands, in rows. Without wrapping a line is a row. With wrapping a line takes as many rows as its
 * columns need, counted from the fixed-width font instead of measured, so that a million lines are laid out in
 * milliseconds and a jump to any line is exact.
 */
export class RowLayout {
  readonly #store: LogStore;
  /** Columns in a row, undefined without wrapping. */
  readonly columns: number | undefined;
  /** Rows before each line, for every block, relative to the block; and rows before each block. */
  readonly #inBlock: Uint32Array[] = [];
  readonly #beforeBlock: number[] = [0];
  #lines = 0;

  constructor(store: LogStore, columns: number | undefined) {
    this.#store = store;
    this.columns = columns === undefined ? undefined : Math.max(1, columns);
  }

  /** Takes in lines that were added since the last call, and answers the number of rows. */
  get rows(): number {
    if (this.columns === undefined) return this.#store.count;
    this.#catchUp(this.columns);
    return this.#beforeBlock.at(-1) ?? 0;
  }

  rowsOf(line: number): number {
    return this.columns === undefined ? 1 : rowsFor(this.#store.columnsOf(line), this.columns);
  }

  /** The first row of a line. */
  rowAt(line: number): number {
    if (this.columns === undefined) return line;
    const block = Math.floor(line / BLOCK);
    return (this.#beforeBlock[block] ?? 0) + (this.#inBlock[block]?.[line % BLOCK] ?? 0);
  }

  /** The line that holds a row. */
  lineAt(row: number): number {
    const last = Math.max(0, this.#store.count - 1);
    if (this.columns === undefined) return clamp(Math.floor(row), 0, last);
    const block = lastAtMost(this.#inBlock.length, (index) => this.#beforeBlock[index] ?? 0, row);
    const rows = this.#inBlock[block];
    if (rows === undefined) return 0;
    const filled = Math.min(BLOCK, this.#lines - block * BLOCK);
    const inside = lastAtMost(filled, (index) => rows[index] ?? 0, row - (this.#beforeBlock[block] ?? 0));
    return clamp(block * BLOCK + inside, 0, last);
  }

  #catchUp(columns: number): void {
    for (; this.#lines < this.#store.count; this.#lines++) {
      const block = Math.floor(this.#lines / BLOCK);
      if (this.#inBlock.length === block) {
        this.#inBlock.push(new Uint32Array(BLOCK));
        this.#beforeBlock[block + 1] = this.#beforeBlock[block] ?? 0;
      }
      const start = this.#beforeBlock[block] ?? 0;
      const end = this.#beforeBlock[block + 1] ?? start;
      const rows = this.#inBlock[block];
      if (rows !== undefined) rows[this.#lines % BLOCK] = end - start;
      this.#beforeBlock[block + 1] = end + rowsFor(this.#store.columnsOf(this.#lines), columns);
    }
  }
}

function rowsFor(columns: number, width: number): number {
  return Math.max(1, Math.ceil(columns / width));
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
