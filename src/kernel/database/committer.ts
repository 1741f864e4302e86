import { AsyncLocalStorage } from 'node:async_hooks';
import { Fault } from '../errors.ts';
import type { Tx } from './port.ts';
import { openTx, type TxConnection, type TxHandle } from './transaction-handle.ts';

/** What the committer needs of a database. */
export interface CommitConnection extends TxConnection {
  begin(): Promise<void>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
  /** Grows with every statement that may have left something to roll back. */
  readonly touched: number;
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

/** How a job ended inside its transaction; told to its caller only when the commit is durable. */
interface Outcome {
  readonly job: Job;
  readonly handle: TxHandle;
  readonly value?: unknown;
  readonly refusal?: { readonly error: unknown };
}

/** The transaction as a whole is lost by what happened to one job in it. */
class Lost extends Error {
  readonly culprit: Job;

  constructor(culprit: Job, cause: unknown) {
    super('the shared commit was rolled back', { cause });
    this.culprit = culprit;
  }
}

const MAX_GROUP = 64;
const MAX_ATTEMPTS = 8;

/**
 * Lets transactions share commits. Those that wait while one runs join its commit and are acknowledged together after
 * the fsync. A savepoint for each would cost more than the work itself, and failures after a write are rare: a group
 * goes without them first; when a job fails and has left something behind, the group is rolled back and the others run
 * again, each in a savepoint of its own. A lonely transaction pays for no savepoint either.
 */
export class Committer {
  readonly #connection: CommitConnection;
  readonly #inside = new AsyncLocalStorage<true>();
  #waiting: Job[] = [];
  #pumping: Promise<void> | undefined;
  #closed = false;
  /** The next group runs in savepoints: the last one was lost. */
  #careful = false;

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
      value = await this.#run(job, handle);
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
    const outcomes: Outcome[] = [];
    const careful = this.#careful;
    const taken: Job[] = [];
    try {
      await this.#connection.begin();
      while (this.#waiting.length > 0 && taken.length < MAX_GROUP) {
        const job = this.#waiting.shift() as Job;
        taken.push(job);
        outcomes.push(await (careful ? this.#runInSavepoint(job) : this.#runBare(job)));
      }
      await this.#connection.commit();
    } catch (error) {
      await this.#connection.rollback();
      this.#careful = true;
      if (error instanceof Lost && !careful) this.#waiting.unshift(...taken);
      else this.#failAll(taken, error);
      return;
    }
    this.#careful = false;
    for (const outcome of outcomes) {
      if (outcome.refusal) this.#failOrRetry(outcome.job, outcome.refusal.error);
      else acknowledge(outcome);
    }
  }

  async #run(job: Job, handle: TxHandle): Promise<unknown> {
    try {
      return await this.#inside.run(true, () => job.work(handle.tx));
    } finally {
      handle.finish();
    }
  }

  async #runBare(job: Job): Promise<Outcome> {
    const handle = openTx(this.#connection);
    const before = this.#connection.touched;
    try {
      return { job, handle, value: await this.#run(job, handle) };
    } catch (error) {
      if (this.#connection.touched !== before || this.#connection.isBroken(error)) throw new Lost(job, error);
      return { job, handle, refusal: { error } };
    }
  }

  async #runInSavepoint(job: Job): Promise<Outcome> {
    const handle = openTx(this.#connection);
    try {
      await this.#connection.savepoint();
      const value = await this.#run(job, handle);
      await this.#connection.releaseSavepoint();
      return { job, handle, value };
    } catch (error) {
      if (this.#connection.isBroken(error)) throw new Lost(job, error);
      await this.#connection.rollbackToSavepoint();
      return { job, handle, refusal: { error } };
    }
  }

  /** The whole commit is lost, and with it those that had gone well: each of them may try again. */
  #failAll(jobs: readonly Job[], error: unknown): void {
    const culprit = error instanceof Lost ? error.culprit : undefined;
    const cause = error instanceof Lost ? error.cause : error;
    for (const job of jobs.toReversed()) this.#failOrRetry(job, cause, job !== culprit);
  }

  #failOrRetry(job: Job, error: unknown, innocent = false): void {
    job.attempts++;
    const again = (innocent || this.#connection.isTransient(error)) && job.attempts < MAX_ATTEMPTS;
    if (again) this.#waiting.unshift(job);
    else job.reject(error);
  }
}

function acknowledge({ job, handle, value }: Outcome): void {
  job.resolve(value);
  for (const action of handle.afterCommit) action();
}
