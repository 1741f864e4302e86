import { LogChunk } from './log-chunk.ts';
import type { PackedLines } from './packed-lines.ts';
import { lastAtMost } from './sorted.ts';

export interface StoredLine {
  readonly text: string;
  /** Triples: start column, end column, style. */
  readonly spans: ArrayLike<number>;
  readonly at: number;
}

/** What a tab keeps of a log. Beyond that the page says how to read the whole. */
export interface LogLimits {
  readonly lines: number;
  readonly characters: number;
}

const LIMITS: LogLimits = { lines: 5_000_000, characters: 400_000_000 };

/** Holds a log in chunks and tells listeners when it grew. Lines are numbered from 0. */
export class LogStore {
  readonly chunks: LogChunk[] = [];
  count = 0;
  /** Columns of the widest line. */
  widest = 0;
  ended = false;
  /** True when the log is longer than what is kept. */
  cut = false;
  #characters = 0;
  readonly #limits: LogLimits;
  readonly #listeners = new Set<() => void>();

  constructor(limits: LogLimits = LIMITS) {
    this.#limits = limits;
  }

  append(lines: PackedLines): void {
    if (lines.ends.length === 0 || this.cut) return;
    for (let from = 0; from < lines.ends.length && !this.cut; ) from += this.#openChunk().take(lines, from);
    for (const columns of lines.columns) if (columns > this.widest) this.widest = columns;
    const last = this.chunks.at(-1);
    this.count = last === undefined ? 0 : last.first + last.count;
    this.#characters += lines.text.length;
    this.cut = this.count >= this.#limits.lines || this.#characters >= this.#limits.characters;
    this.#announce();
  }

  end(): void {
    this.ended = true;
    this.#announce();
  }

  line(index: number): StoredLine | undefined {
    const chunk = this.#chunkOf(index);
    if (chunk === undefined) return undefined;
    const inside = index - chunk.first;
    return { text: chunk.textOf(inside), spans: chunk.spansOf(inside), at: chunk.atOf(inside) };
  }

  columnsOf(index: number): number {
    const chunk = this.#chunkOf(index);
    return chunk?.columnsOf(index - chunk.first) ?? 0;
  }

  /** Index of the chunk that holds a line. */
  chunkAt(line: number): number {
    return lastAtMost(this.chunks.length, (index) => this.chunks[index]?.first ?? 0, line);
  }

  /** Calls back after each growth; the answer ends that. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #chunkOf(line: number): LogChunk | undefined {
    return line < 0 || line >= this.count ? undefined : this.chunks[this.chunkAt(line)];
  }

  #openChunk(): LogChunk {
    const last = this.chunks.at(-1);
    if (last !== undefined && !last.full) return last;
    const chunk = new LogChunk(last === undefined ? 0 : last.first + last.count);
    this.chunks.push(chunk);
    return chunk;
  }

  #announce(): void {
    for (const listener of this.#listeners) listener();
  }
}
