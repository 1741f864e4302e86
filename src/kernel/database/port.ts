import type { Kysely } from 'kysely';

/** What may be bound to a statement. Times are integer milliseconds, JSON is text, booleans are 0 and 1. */
export type SqlValue = string | number | null | Uint8Array;
export type Dialect = 'sqlite' | 'postgres';

/** Reading. Usable at any time; sees only what is committed. */
export interface Reader {
  readonly dialect: Dialect;
  /** Kysely bound to this connection, typed with a room's own tables: `tx.tables<CodeBuildTables>()`. */
  tables<T>(): Kysely<T>;
  /** One statement with `?` placeholders, compiled once for each text. */
  query<R = Record<string, SqlValue>>(sql: string, values?: readonly SqlValue[]): Promise<R[]>;
}

/**
 * One transaction. Valid only until the function it was given to returns. Only database calls may be awaited
 * inside it: on SQLite everybody else waits meanwhile.
 */
export interface Tx extends Reader {
  /** One writing statement with `?` placeholders; answers the number of rows changed. */
  execute(sql: string, values?: readonly SqlValue[]): Promise<number>;
  /** Runs after the commit is durable (after the fsync), never when the transaction was rolled back. */
  afterCommit(action: () => void): void;
}

/** One step forward. Ids sort by name over all rooms: `0001-kernel-tables`, `0101-s3-buckets` … */
export interface Migration {
  readonly id: string;
  up(tx: Tx): Promise<void>;
}

/**
 * The one truth. Transactions of this process share commits: those waiting run one after another, each in a
 * savepoint, and are acknowledged together after the fsync. A transaction that throws is rolled back alone and its
 * error reaches its caller. Serialisation failures and deadlocks (PostgreSQL 40001, 40P01) run the function again, so
 * it must have no effect besides its statements and `afterCommit`. Nesting throws.
 */
export interface Database {
  readonly dialect: Dialect;
  /** Committed data; on SQLite a second, read-only connection. */
  readonly read: Reader;
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Applies what is missing, in order of id. Refuses a database that knows migrations this binary does not. */
  migrate(migrations: readonly Migration[]): Promise<void>;
  /** Tells every process of this database, this one included, after the commit. Losing one costs latency only. */
  notify(tx: Tx, channel: string, payload: string): void;
  /** Returns a function that ends the subscription. */
  listen(channel: string, receive: (payload: string) => void): () => void;
  /**
   * Holds a name for as long as this process lives or until it is released. Shows other processes of the same database
   * who is alive, without clocks.
   */
  hold(name: string): Promise<{ release(): Promise<void> }>;
  /** Whether a living process holds the name. */
  isHeld(name: string): Promise<boolean>;
  /** Resolves when nobody holds the name any more, or the signal aborts; told by the database, not asked for. */
  whenReleased(name: string, signal: AbortSignal): Promise<void>;
  /** Reads one picture of the whole database, which does not change meanwhile though others go on writing. */
  snapshot<T>(read: (picture: Reader) => Promise<T>): Promise<T>;
  /** Waits for transactions under way. Closing twice is allowed. */
  close(): Promise<void>;
}
