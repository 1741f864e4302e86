/** One line of a log. */
export interface LogLine {
  /** Domain milliseconds. */
  readonly at: number;
  readonly text: string;
  /** True when the text goes on in the next line (lines over 256 KB are split). */
  readonly partial?: boolean;
}

/** A line with where it stands. */
export interface LogRecord extends LogLine {
  /** Byte offset of this record in the stream. */
  readonly offset: number;
  /** Offset of the next record: pass it to go on from there. */
  readonly next: number;
}

/**
 * A stream has one writer at a time. `append` resolves when the lines are handed to the operating system and waits
 * when the disk is slow (back-pressure); `flush` when they are durable. Text is UTF-8; invalid bytes and NUL become
 * U+FFFD before they get here.
 */
export interface LogWriter {
  append(lines: readonly LogLine[]): Promise<void>;
  flush(): Promise<void>;
  /** Marks the stream as ended, so that tails end too. */
  end(): Promise<void>;
  /** Lets go of the stream without ending it. */
  close(): Promise<void>;
}

export interface LogStreams {
  /** Opens for appending, repairing a torn tail. Ids are `[A-Za-z0-9._/-]{1,512}` without `..`. */
  writer(id: string): Promise<LogWriter>;
  /** Up to `limit` records from `offset` (0 = start); an unknown stream is empty. */
  read(id: string, offset: number, limit: number): Promise<readonly LogRecord[]>;
  /** The last `limit` records. */
  last(id: string, limit: number): Promise<readonly LogRecord[]>;
  /**
   * Batches of records from `offset` on as they come, pushed, until the stream ends or the signal aborts. A slow
   * reader is served from the file and never holds up the writer.
   */
  tail(id: string, offset: number, signal: AbortSignal): AsyncIterable<readonly LogRecord[]>;
  /** Size in bytes and whether it has ended; undefined when there is no such stream. */
  stat(id: string): Promise<{ readonly bytes: number; readonly ended: boolean } | undefined>;
  remove(id: string): Promise<void>;
}
