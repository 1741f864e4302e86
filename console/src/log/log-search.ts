import type { LogStore } from './log-store.ts';

/** More matches than this are not kept; the count is then a lower bound. */
export const MATCH_LIMIT = 200_000;

export interface SearchTerm {
  readonly text: string;
  readonly caseSensitive: boolean;
}

/**
 * Finds a literal text in a log that may still grow. `advance` works a slice at a time so that the page stays
 * responsive, and goes on from where it stopped. Matches are kept as line and column, in order.
 */
export class LogSearch {
  readonly lines: number[] = [];
  readonly columns: number[] = [];
  readonly term: SearchTerm;
  readonly #store: LogStore;
  readonly #pattern: RegExp;
  #searched = 0;

  constructor(store: LogStore, term: SearchTerm) {
    this.#store = store;
    this.term = term;
    this.#pattern = searchPattern(term);
  }

  get count(): number {
    return this.lines.length;
  }

  get truncated(): boolean {
    return this.lines.length >= MATCH_LIMIT;
  }

  /** True when every line that the store holds now has been searched. */
  get complete(): boolean {
    return this.truncated || this.#searched >= this.#store.count;
  }

  /** Searches until everything is searched or `mayGoOn` says no (asked between chunks). */
  advance(mayGoOn: () => boolean): void {
    while (!this.complete) {
      this.#searchChunk(this.#store.chunkAt(this.#searched));
      if (!mayGoOn()) return;
    }
  }

  /** Index of the first match at or after a line; the count when there is none. */
  firstFrom(line: number): number {
    let low = 0;
    let high = this.lines.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.lines[middle] ?? 0) < line) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #searchChunk(index: number): void {
    const chunk = this.#store.chunks[index];
    if (chunk === undefined) return;
    const { text } = chunk;
    const pattern = this.#pattern;
    pattern.lastIndex = chunk.startOf(this.#searched - chunk.first);
    for (let match = pattern.exec(text); match !== null && !this.truncated; match = pattern.exec(text)) {
      const line = chunk.lineAt(match.index);
      this.lines.push(chunk.first + line);
      this.columns.push(match.index - chunk.startOf(line));
    }
    this.#searched = chunk.first + chunk.count;
  }
}

/** A global pattern for a literal text. */
export function searchPattern(term: SearchTerm): RegExp {
  const literal = term.text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(literal, term.caseSensitive ? 'g' : 'gi');
}
