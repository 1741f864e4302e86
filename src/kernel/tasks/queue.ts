import type { Clock } from '../clock.ts';
import type { Database, Tx } from '../database/port.ts';
import { ApiError, errorText } from '../errors.ts';
import type { Failpoints } from '../failpoints.ts';
import { newId } from '../ids.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Transitions } from '../transitions/port.ts';
import { type AnyDefinition, DEFAULT_ATTEMPTS, Definitions, defaultBackoff } from './definitions.ts';
import { freeLostLeases, holdOwnership, type Ownership } from './ownership.ts';
import type { Task, TaskOutcome, TaskQueue } from './port.ts';
import { claimTasks, deleteLeased, insertTask, nextDue, releaseTask, returnTask } from './store.ts';

const LEASE_MS = 30_000;
const HEARTBEAT_MS = 10_000;
/** Only a net below the pushes: leases that ran out, wake-ups that were lost. */
const SAFETY_NET_MS = 5_000;
const CLAIM_LIMIT = 32;
/** Tasks enqueued here may be taken at once, without a claim of their own, up to this backlog. */
const MAX_BACKLOG = 256;
const WAKE = 'tasks';
const CANCEL = 'task-cancel';

interface Parts {
  readonly database: Database;
  readonly clock: Clock;
  readonly failpoints: Failpoints;
  readonly logger: Logger;
  /** Late, because transitions need the queue. */
  readonly transitions: () => Transitions;
}

interface Running {
  readonly task: Task;
  readonly abort: AbortController;
  done: Promise<void>;
}

export function createTaskQueue(parts: Parts): TaskQueue {
  return new Queue(parts);
}

class Queue implements TaskQueue {
  readonly #parts: Parts;
  readonly #owner = newId();
  readonly #definitions = new Definitions();
  readonly #running = new Map<string, Running>();
  #backlog: Task[] = [];
  #started = false;
  #claiming: Promise<void> | undefined;
  #claimAgain = false;
  #cancelTimer: () => void = () => {};
  #timerDue = Number.POSITIVE_INFINITY;
  #intervals: NodeJS.Timeout[] = [];
  #ownership: Promise<Ownership> | undefined;
  #idleWaiters: (() => void)[] = [];

  constructor(parts: Parts) {
    this.#parts = parts;
    parts.database.listen(WAKE, () => this.#wake());
    parts.database.listen(CANCEL, (id) => this.#running.get(id)?.abort.abort());
  }

  define(definition: AnyDefinition): void {
    this.#definitions.add(definition);
  }

  async enqueue(tx: Tx, scope: Task['scope'], request: Parameters<TaskQueue['enqueue']>[2]): Promise<void> {
    const { clock, database } = this.#parts;
    const times = { now: clock.now(), wall: clock.wall() };
    const due = request.runAt === undefined || request.runAt <= times.now;
    const takeNow =
      due &&
      this.#started &&
      this.#backlog.length < MAX_BACKLOG &&
      this.#definitions.get(request.kind) !== undefined;
    const lease = takeNow ? { owner: this.#owner, until: times.wall + LEASE_MS } : undefined;
    const task = await insertTask(tx, scope, request, times, lease);
    if (!task) return;
    if (lease) tx.afterCommit(() => this.#take([task]));
    else if (due) database.notify(tx, WAKE, '');
    else tx.afterCommit(() => this.#armTimer(request.runAt as number));
  }

  async cancel(tx: Tx, scope: Task['scope'], key: string): Promise<void> {
    const rows = await tx.query<{ id: string; lease_owner: string }>(
      'delete from tasks where account = ? and region = ? and task_key = ? returning id, lease_owner',
      [scope.account, scope.region, key],
    );
    for (const row of rows) if (row.lease_owner !== '') this.#parts.database.notify(tx, CANCEL, row.id);
  }

  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#ownership = holdOwnership(this.#parts.database, this.#owner);
    this.#ownership.then(
      () => this.#wake(),
      (error: unknown) =>
        this.#parts.logger.error({ error: errorText(error) }, 'task leases could not be taken over'),
    );
    this.#intervals = [
      setInterval(() => this.#wake(), SAFETY_NET_MS).unref(),
      setInterval(() => void this.#heartbeat(), HEARTBEAT_MS).unref(),
    ];
  }

  async takeOver(): Promise<void> {
    await freeLostLeases(this.#parts.database, this.#owner);
    this.#wake();
  }

  async stop(graceMs = 5_000): Promise<void> {
    this.#started = false;
    for (const interval of this.#intervals) clearInterval(interval);
    this.#cancelTimer();
    this.#timerDue = Number.POSITIVE_INFINITY;
    await this.#claiming;
    const backlog = this.#backlog.splice(0);
    const grace = setTimeout(() => {
      const kinds = [...this.#running.values()].map(({ task }) => task.kind);
      this.#parts.logger.info({ kinds }, 'tasks are aborted so that the process can end');
      for (const { abort } of this.#running.values()) abort.abort();
    }, graceMs);
    await Promise.all([...this.#running.values()].map((running) => running.done));
    clearTimeout(grace);
    for (const task of backlog)
      await this.#parts.database.transaction((tx) => returnTask(tx, task, this.#owner));
    await (await this.#ownership)?.release();
    this.#ownership = undefined;
  }

  async idle(): Promise<void> {
    for (;;) {
      if (this.#running.size === 0 && this.#backlog.length === 0 && !this.#claiming) {
        const rows = await this.#parts.database.read.query('select 1 from tasks where run_at <= ? limit 1', [
          this.#parts.clock.now(),
        ]);
        if (rows.length === 0) return;
      }
      await new Promise<void>((resolve) => {
        this.#idleWaiters.push(resolve);
        setTimeout(resolve, 50);
      });
    }
  }

  #wake(): void {
    if (!this.#started) return;
    this.#claimAgain = true;
    this.#claiming ??= this.#claim();
  }

  async #claim(): Promise<void> {
    // Wake-ups of the same turn share a claim.
    await Promise.resolve();
    while (this.#claimAgain && this.#started && this.#backlog.length < MAX_BACKLOG) {
      this.#claimAgain = false;
      if (!(await this.#claimOnce())) break;
    }
    // In the same turn as the last look: whoever wakes after it starts a new claim.
    this.#claiming = undefined;
  }

  /** False when the database refused; the safety net tries again. */
  async #claimOnce(): Promise<boolean> {
    const { database, clock, logger } = this.#parts;
    try {
      const times = { now: clock.now(), wall: clock.wall() };
      const lease = { owner: this.#owner, until: times.wall + LEASE_MS };
      const tasks = await database.transaction((tx) =>
        claimTasks(tx, lease, times, this.#definitions.free(), CLAIM_LIMIT),
      );
      this.#take(tasks);
      if (tasks.length === CLAIM_LIMIT) this.#claimAgain = true;
      else {
        const due = await nextDue(database.read, times.now, times.wall);
        if (due !== undefined) this.#armTimer(due);
      }
      return true;
    } catch (error) {
      logger.error({ error: errorText(error) }, 'tasks could not be claimed; trying again');
      return false;
    }
  }

  #armTimer(due: number): void {
    if (!this.#started || due >= this.#timerDue) return;
    this.#cancelTimer();
    this.#timerDue = due;
    this.#cancelTimer = this.#parts.clock.wakeAt(due, () => {
      this.#timerDue = Number.POSITIVE_INFINITY;
      this.#wake();
    });
  }

  #take(tasks: readonly Task[]): void {
    this.#backlog.push(...tasks);
    this.#dispatch();
  }

  #dispatch(): void {
    if (!this.#started) return;
    const waiting: Task[] = [];
    for (const task of this.#backlog) {
      if (this.#definitions.hasPlace(task.kind)) this.#begin(task);
      else waiting.push(task);
    }
    this.#backlog = waiting;
  }

  #begin(task: Task): void {
    const running: Running = { task, abort: new AbortController(), done: Promise.resolve() };
    this.#definitions.occupy(task.kind);
    this.#running.set(task.id, running);
    running.done = this.#perform(running).finally(() => {
      this.#definitions.leave(task.kind);
      this.#running.delete(task.id);
      this.#dispatch();
      if (this.#backlog.length === 0) this.#wake();
      for (const resolve of this.#idleWaiters.splice(0)) resolve();
    });
  }

  async #perform({ task, abort }: Running): Promise<void> {
    const { failpoints, logger } = this.#parts;
    const definition = this.#definitions.get(task.kind) as AnyDefinition;
    try {
      failpoints.hit(`task:${task.kind}:taken`);
      const outcome = await definition.run(task, { signal: abort.signal });
      failpoints.hit(`task:${task.kind}:done`);
      await this.#complete(task, outcome ?? {});
      failpoints.hit(`task:${task.kind}:completed`);
    } catch (error) {
      if (abort.signal.aborted && !this.#started) return void (await this.#giveBack(task));
      if (abort.signal.aborted) return;
      await this.#fail(task, definition, error).catch((second: unknown) =>
        logger.error(
          { task: task.kind, key: task.key, error: errorText(second) },
          'a task could not be put back',
        ),
      );
    }
  }

  async #complete(task: Task, outcome: TaskOutcome): Promise<void> {
    const transitions = this.#parts.transitions();
    await this.#parts.database.transaction(async (tx) => {
      // Cancelled meanwhile, or leased anew by somebody else: this answer no longer counts.
      if (!(await deleteLeased(tx, task, this.#owner))) return;
      for (const [n, delivery] of (outcome.deliver ?? []).entries()) {
        await transitions.apply(tx, task.scope, delivery.to, delivery.input, `${task.id}/${n}`);
      }
      await outcome.write?.(tx);
    });
  }

  async #fail(task: Task, definition: AnyDefinition, error: unknown): Promise<void> {
    const { database, clock, logger } = this.#parts;
    const fields = { task: task.kind, key: task.key, attempt: task.attempt, error: errorText(error) };
    // A modelled refusal will be the same next time.
    const permanent = error instanceof ApiError && error.status < 500;
    if (!permanent && task.attempt < (definition.maxAttempts ?? DEFAULT_ATTEMPTS)) {
      logger.warn(fields, 'a task failed; it will be tried again');
      const runAt = clock.now() + (definition.backoff ?? defaultBackoff)(task.attempt);
      await database.transaction((tx) => releaseTask(tx, task, this.#owner, runAt));
      this.#armTimer(runAt);
      return;
    }
    const stack = error instanceof Error ? error.stack : undefined;
    logger.error({ ...fields, stack }, 'a task failed for good');
    await this.#complete(task, definition.exhausted?.(task, error) ?? {});
  }

  async #giveBack(task: Task): Promise<void> {
    await this.#parts.database.transaction((tx) => returnTask(tx, task, this.#owner)).catch(() => {});
  }

  async #heartbeat(): Promise<void> {
    if (this.#running.size === 0 && this.#backlog.length === 0) return;
    const until = this.#parts.clock.wall() + LEASE_MS;
    await this.#parts.database
      .transaction((tx) =>
        tx.execute('update tasks set lease_until = ? where lease_owner = ?', [until, this.#owner]),
      )
      .catch((error: unknown) => this.#parts.logger.warn({ error: errorText(error) }, 'a heartbeat failed'));
  }
}
