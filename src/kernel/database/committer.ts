import { AsyncLocalStorage } from 'node:async_hooks';
import { Fault } from '../errors.ts';
import type { Tx } from './port.ts';
import { openTx, type TxConnection, type TxHandle } from './transaction-handle.ts';

/** What the committer needs of a database. */
export interface CommitConnection extends TxConnection {
  begin(): Promise<void>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
  savepoint(): Promise<void>;
  releaseSavepoint(): Promise<void>;
  rollbackToSavepoint(): Promise<void>;
  /** Whether the error means that running the function again may succeed. */
  isTransient(error: unknown): boolean;
  /** Whether the transaction as a whole is lost (disk full, connection gone, deadlock). */
  isBroken(error: unknown): boolean;
}

interface Job {
  readonly work: (tx: Tx) => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  attempts: number;
}

interface Done {
  readonly job: Job;
  readonly handle: TxHandle;
  readonly value: unknown;
}

const MAX_GROUP = 64;
const MAX_ATTEMPTS = 8;

/**
 * Lets transactions share commits. Those that wait while one runs join its commit, each in a savepoint of its own, and
 * are acknowledged together after the fsync. A lonely transaction pays for no savepoint.
 */
export class Committer {
  readonly #connection: CommitConnection;
  readonly #inside = new AsyncLocalStorage<true>();
  #waiting: Job[] = [];
  #pumping: Promise<void> | undefined;
  #closed = false;

  constructor(connection: CommitConnection) {
    this.#connection = connection;
  }

  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    if (this.#inside.getStore()) throw new Fault('a transaction was begun inside another one');
    if (this.#closed) return Promise.reject(new Fault('the database is closed'));
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ work, resolve: resolve as (value: unknown) => void, reject, attempts: 0 });
      this.#startPump();
    });
  }

  #startPump(): void {
    this.#pumping ??= this.#pump();
  }

  /** Waits for what is under way; refuses what comes later. */
  async close(): Promise<void> {
    this.#closed = true;
    while (this.#pumping) await this.#pumping;
  }

  async #pump(): Promise<void> {
    // One turn of the microtask queue lets those who ask in the same tick share the first commit.
    await Promise.resolve();
    try {
      while (this.#waiting.length > 0) {
        if (this.#waiting.length === 1) await this.#commitOne(this.#waiting.shift() as Job);
        else await this.#commitGroup();
      }
    } finally {
      // In the same turn as the last look: whoever comes after it finds no pump and starts one.
      this.#pumping = undefined;
    }
  }

  async #commitOne(job: Job): Promise<void> {
    const handle = openTx(this.#connection);
    let value: unknown;
    try {
      await this.#connection.begin();
      value = await this.#inside.run(true, () => job.work(handle.tx));
      handle.finish();
      await this.#connection.commit();
    } catch (error) {
      handle.finish();
      await this.#connection.rollback();
      this.#failOrRetry(job, error);
      return;
    }
    acknowledge({ job, handle, value });
  }

  async #commitGroup(): Promise<void> {
    const done: Done[] = [];
    let taken = 0;
    try {
      await this.#connection.begin();
      while (this.#waiting.length > 0 && taken < MAX_GROUP) {
        taken++;
        const job = this.#waiting.shift() as Job;
        const outcome = await this.#runInSavepoint(job);
        if (outcome) done.push(outcome);
      }
      await this.#connection.commit();
    } catch (error) {
      // The whole commit is lost, and with it those that had gone well: each of them may try again.
      await this.#connection.rollback();
      for (const { job } of done) this.#failOrRetry(job, error, true);
      return;
    }
    for (const item of done) acknowledge(item);
  }

  async #runInSavepoint(job: Job): Promise<Done | undefined> {
    const handle = openTx(this.#connection);
    try {
      await this.#connection.savepoint();
      const value = await this.#inside.run(true, () => job.work(handle.tx));
      handle.finish();
      await this.#connection.releaseSavepoint();
      return { job, handle, value };
    } catch (error) {
      handle.finish();
      this.#failOrRetry(job, error);
      if (this.#connection.isBroken(error)) throw error;
      await this.#connection.rollbackToSavepoint();
      return undefined;
    }
  }

  #failOrRetry(job: Job, error: unknown, innocent = false): void {
    job.attempts++;
    const again = (innocent || this.#connection.isTransient(error)) && job.attempts < MAX_ATTEMPTS;
    if (again) this.#waiting.unshift(job);
    else job.reject(error);
  }
}

function acknowledge({ job, handle, value }: Done): void {
  job.resolve(value);
  for (const action of handle.afterCommit) action();
}
