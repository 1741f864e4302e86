import { parseAnsi } from './ansi.ts';
import { CHUNK_LINES, LogChunk } from './log-chunk.ts';
import { PLAIN, type Style } from './style.ts';

/** A line as it comes from the server. */
export interface IncomingLine {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly text: string;
}

export interface StoredLine {
  readonly text: string;
  /** Triples: start column, end column, style. */
  readonly spans: ArrayLike<number>;
  readonly at: number;
}

/** Holds a log of any length in chunks and tells listeners when it grew. Lines are numbered from 0. */
export class LogStore {
  readonly chunks: LogChunk[] = [];
  count = 0;
  /** Columns of the widest line. */
  widest = 0;
  ended = false;
  #style: Style = PLAIN;
  readonly #listeners = new Set<() => void>();

  append(lines: readonly IncomingLine[]): void {
    if (lines.length === 0) return;
    for (const line of lines) this.#push(line);
    this.#announce();
  }

  end(): void {
    this.ended = true;
    this.#announce();
  }

  line(index: number): StoredLine | undefined {
    const chunk = this.chunks[Math.floor(index / CHUNK_LINES)];
    if (chunk === undefined || index >= this.count) return undefined;
    const inside = index % CHUNK_LINES;
    return { text: chunk.textOf(inside), spans: chunk.spansOf(inside), at: chunk.atOf(inside) };
  }

  columnsOf(index: number): number {
    return this.chunks[Math.floor(index / CHUNK_LINES)]?.columnsOf(index % CHUNK_LINES) ?? 0;
  }

  /** Calls back after each growth; the answer ends that. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #push(line: IncomingLine): void {
    let chunk = this.chunks.at(-1);
    if (chunk === undefined || chunk.full) {
      chunk = new LogChunk();
      this.chunks.push(chunk);
    }
    const parsed = parseAnsi(line.text, this.#style);
    this.#style = parsed.style;
    chunk.push(parsed, line.at);
    this.widest = Math.max(this.widest, chunk.columnsOf(chunk.count - 1));
    this.count++;
  }

  #announce(): void {
    for (const listener of this.#listeners) listener();
  }
}
