import { expect, it } from 'vitest';
import { ApiError } from '../../src/kernel/errors.ts';
import type { Task, TaskDefinition, TaskRun } from '../../src/kernel/tasks/port.ts';
import { timer } from '../../src/kernel/tasks/port.ts';
import type { AggregateType } from '../../src/kernel/transitions/port.ts';
import type { TestKernel } from '../support/test-kernel.ts';
import { describeEachDatabase } from './each-database.ts';

const scope = { account: '111111111111', region: 'eu-central-1' };
const ref = { kind: 'test.list', id: 'a' };
const DAY = 24 * 3600_000;

/** Collects the inputs that reach it. */
const list: AggregateType<readonly string[], { readonly kind: string }> = {
  kind: 'test.list',
  version: 1,
  decide: (state = [], input) => ({ state: [...state, input.kind] }),
};

type Run = (task: Task<unknown>, run: TaskRun) => ReturnType<TaskDefinition<unknown>['run']>;

/** What the port of tasks promises, on every database. */
export function tasksContract(): void {
  describeEachDatabase('tasks', (newPlace, dialect) => {
    async function open(run: Run, options: Partial<TaskDefinition<unknown>> = {}) {
      const place = await newPlace();
      const definition = { kind: 'test.work', backoff: () => 0, ...options, run } as TaskDefinition<never>;
      const install = async (kernel: TestKernel) => {
        await kernel.install([
          { name: 'test', migrations: [], aggregates: [list as never], tasks: [definition] },
        ]);
        return kernel;
      };
      const kernel = await install(await place.openKernel());
      const enqueue = (key: string, more: { runAt?: number; payload?: unknown } = {}) =>
        kernel.database.transaction((tx) =>
          kernel.tasks.enqueue(tx, scope, { kind: 'test.work', key, ...more }),
        );
      const inputs = () => kernel.transitions.load<readonly string[]>(scope, ref);
      return {
        place,
        kernel,
        install,
        enqueue,
        inputs,
        [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
      };
    }

    it('does what was enqueued, and delivers its answer in the transaction that ends it', async () => {
      await using at = await open(async ({ payload }) => ({
        deliver: [{ to: ref, input: { kind: String(payload) } }],
      }));
      await at.enqueue('before', { payload: 'before' });
      await at.kernel.start();
      await at.enqueue('after', { payload: 'after' });
      await at.kernel.tasks.idle();
      expect((await at.inputs())?.toSorted()).toEqual(['after', 'before']);
      expect(await at.kernel.database.read.query('select id from tasks')).toEqual([]);
    });

    it('does nothing of a transaction that was rolled back', async () => {
      let ran = 0;
      await using at = await open(async () => void ran++);
      await at.kernel.start();
      await at.kernel.database
        .transaction(async (tx) => {
          await at.kernel.tasks.enqueue(tx, scope, { kind: 'test.work', key: 'x' });
          throw new Error('no');
        })
        .catch(() => {});
      await at.kernel.tasks.idle();
      expect(ran).toBe(0);
    });

    it('enqueues a key once while it is not done', async () => {
      let ran = 0;
      await using at = await open(async () => void ran++);
      for (let n = 0; n < 3; n++) await at.enqueue('same');
      await at.kernel.start();
      await at.kernel.tasks.idle();
      expect(ran).toBe(1);
      await at.enqueue('same');
      await at.kernel.tasks.idle();
      expect(ran).toBe(2);
    });

    it('waits for due times in domain time', async () => {
      const ran: string[] = [];
      await using at = await open(async ({ key }) => void ran.push(key));
      await at.kernel.start();
      const now = at.kernel.clock.now();
      await at.enqueue('later', { runAt: now + 2 * DAY });
      await at.enqueue('sooner', { runAt: now + DAY });
      await at.kernel.tasks.idle();
      expect(ran).toEqual([]);
      at.kernel.clock.advance(DAY + 1000);
      await until(() => ran.length > 0);
      expect(ran).toEqual(['sooner']);
      at.kernel.clock.advance(DAY);
      await until(() => ran.length > 1);
      expect(ran).toEqual(['sooner', 'later']);
    });

    it('delivers timers, and none that was cancelled', async () => {
      await using at = await open(async () => {});
      const runAt = at.kernel.clock.now() + DAY;
      await at.kernel.database.transaction(async (tx) => {
        for (const name of ['one', 'two', 'three']) {
          await at.kernel.tasks.enqueue(tx, scope, timer(name, runAt, { to: ref, input: { kind: name } }));
        }
        await at.kernel.tasks.cancel(tx, scope, 'two');
      });
      await at.kernel.start();
      at.kernel.clock.advance(DAY + 1000);
      await untilAsync(async () => ((await at.inputs()) ?? []).length >= 2);
      await at.kernel.tasks.idle();
      expect((await at.inputs())?.toSorted()).toEqual(['one', 'three']);
    });

    it('tries again with the attempt counted, then says that it is exhausted', async () => {
      const attempts: number[] = [];
      await using at = await open(
        async ({ attempt }) => {
          attempts.push(attempt);
          throw new Error('broken');
        },
        { maxAttempts: 3, exhausted: () => ({ deliver: [{ to: ref, input: { kind: 'gave-up' } }] }) },
      );
      await at.enqueue('x');
      await at.kernel.start();
      await untilAsync(async () => (await at.inputs()) !== undefined);
      expect(attempts).toEqual([1, 2, 3]);
      expect(await at.inputs()).toEqual(['gave-up']);
    });

    it('does not repeat what a modelled error refuses', async () => {
      let ran = 0;
      await using at = await open(
        async () => {
          ran++;
          throw new ApiError('NoSuchThingException', 'no');
        },
        { exhausted: () => ({ deliver: [{ to: ref, input: { kind: 'refused' } }] }) },
      );
      await at.enqueue('x');
      await at.kernel.start();
      await untilAsync(async () => (await at.inputs()) !== undefined);
      expect(ran).toBe(1);
    });

    it('aborts what is cancelled while it runs, and refuses its answer', async () => {
      let aborted = false;
      const begun = Promise.withResolvers<void>();
      await using at = await open(
        (_task, { signal }) =>
          new Promise((resolve) => {
            begun.resolve();
            signal.addEventListener('abort', () => {
              aborted = true;
              resolve({ deliver: [{ to: ref, input: { kind: 'too-late' } }] });
            });
          }),
      );
      await at.kernel.start();
      await at.enqueue('x');
      await begun.promise;
      await at.kernel.database.transaction((tx) => at.kernel.tasks.cancel(tx, scope, 'x'));
      await until(() => aborted);
      await at.kernel.tasks.idle();
      expect(await at.inputs()).toBeUndefined();
    });

    it('runs at most the given number of a kind at once, and all in the end', async () => {
      let running = 0;
      let most = 0;
      let done = 0;
      await using at = await open(
        async () => {
          most = Math.max(most, ++running);
          await new Promise((resolve) => setImmediate(resolve));
          running--;
          done++;
        },
        { concurrency: 3 },
      );
      await at.kernel.start();
      await at.kernel.database.transaction(async (tx) => {
        for (let n = 0; n < 100; n++)
          await at.kernel.tasks.enqueue(tx, scope, { kind: 'test.work', key: `k${n}` });
      });
      await until(() => done === 100);
      expect(most).toBe(3);
    });

    it('gives back what it has not finished when it stops', async () => {
      const begun = Promise.withResolvers<void>();
      await using at = await open(
        (_task, { signal }) =>
          new Promise((_resolve, reject) => {
            begun.resolve();
            signal.addEventListener('abort', () => reject(new Error('stopped')));
          }),
      );
      await at.kernel.start();
      await at.enqueue('x');
      await begun.promise;
      await at.kernel.tasks.stop(0);
      const rows = await at.kernel.database.read.query('select lease_owner, attempt from tasks');
      expect(rows).toEqual([{ lease_owner: '', attempt: 0 }]);
    });

    it('takes over at once what a dead owner had leased, with a new epoch', async () => {
      const epochs: number[] = [];
      await using at = await open(async ({ epoch }) => void epochs.push(epoch));
      await at.enqueue('x');
      await at.kernel.database.transaction((tx) =>
        tx.execute("update tasks set lease_owner = 'dead', lease_until = ?, epoch = 7, attempt = 1", [
          at.kernel.clock.wall() + DAY,
        ]),
      );
      await at.kernel.start();
      await until(() => epochs.length > 0);
      expect(epochs).toEqual([8]);
    });

    if (dialect !== 'postgres') return;
    it('shares the work between processes, each task done once', async () => {
      const ran: string[] = [];
      await using at = await open(async ({ key }) => void ran.push(key));
      const other = await at.install(await at.place.openKernel());
      await at.kernel.start();
      await other.start();
      await at.kernel.database.transaction(async (tx) => {
        for (let n = 0; n < 50; n++)
          await at.kernel.tasks.enqueue(tx, scope, { kind: 'test.work', key: `k${n}` });
      });
      await until(() => ran.length >= 50);
      await at.kernel.tasks.idle();
      await other.tasks.idle();
      expect(new Set(ran).size).toBe(50);
      expect(ran).toHaveLength(50);
    });

    it('wakes a process for what another one enqueued', async () => {
      const ran: string[] = [];
      await using at = await open(async ({ key }) => void ran.push(key));
      const other = await at.install(await at.place.openKernel());
      await other.start();
      await at.enqueue('from-afar');
      await until(() => ran.length > 0);
      expect(ran).toEqual(['from-afar']);
    });
  });
}

/** Waits for a condition; the test's own time limit is the only one. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

async function untilAsync(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 2));
}
