import { expect, test } from 'vitest';
import { describeEachDatabase } from '../../../testkit/contracts/each-database.ts';
import { standardPeriods } from '../../../testkit/support/standard-periods.ts';
import type { TestKernel } from '../../../testkit/support/test-kernel.ts';
import type { Room } from '../room.ts';
import type { AggregateType } from '../transitions/port.ts';
import { createKeepingRoom } from './keeping-room.ts';
import type { RetentionRule } from './port.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const scope = { account: '111111111111', region: 'eu-central-1' };

interface Job {
  readonly over: boolean;
  readonly steps: number;
}
type JobInput = { readonly kind: 'step' } | { readonly kind: 'end' };

/** Goes on until it is told to end. */
const job = (
  kind: string,
  more: Partial<AggregateType<Job, JobInput>> = {},
): AggregateType<Job, JobInput> => ({
  kind,
  version: 1,
  inFlight: (state) => !state.over,
  decide: (state = { over: false, steps: 0 }, input) => ({
    state: { over: input.kind === 'end', steps: state.steps + 1 },
    history: [{ kind: input.kind }],
  }),
  ...more,
});

const { inFlight: _, ...timeless } = job('test.timeless');

async function start(kernel: TestKernel, retention: readonly RetentionRule[] = []): Promise<void> {
  const room: Room = {
    name: 'test',
    migrations: [],
    aggregates: [job('test.job'), timeless] as unknown as AggregateType[],
    tasks: [],
    retention,
  };
  await kernel.install([room, createKeepingRoom(kernel, { rooms: [room], periods: standardPeriods() })]);
  await kernel.start();
}

async function pass(kernel: TestKernel, ms: number): Promise<void> {
  kernel.clock.advance(ms);
  await kernel.tasks.idle();
}

describeEachDatabase('retention', (newPlace) => {
  async function remembered(kernel: TestKernel) {
    const count = async (table: string) => {
      const rows = await kernel.database.read.query<{ kind: string; id: string; n: number }>(
        `select kind, id, count(*) as n from ${table} group by kind, id order by kind, id`,
      );
      return rows.map(({ kind, id, n }) => `${kind}/${id} ${n}`);
    };
    return { history: await count('history'), inbox: await count('inbox') };
  }

  test('forgets histories and inboxes of what is over, never of what is in flight', async () => {
    await using place = await newPlace();
    const kernel = await place.openKernel();
    await start(kernel);
    const step = (kind: string, id: string, n: number, input: JobInput = { kind: 'step' }) =>
      kernel.transitions.run(scope, { kind, id }, input, `input-${n}`);
    for (let n = 0; n < 700; n++) await step('test.job', 'over', n);
    for (let n = 0; n < 3; n++) {
      await step('test.job', 'in-flight', n);
      await step('test.timeless', 'any', n);
    }
    await pass(kernel, 31 * DAY);
    await step('test.job', 'over', 700, { kind: 'end' });
    const pinned = ['test.job/in-flight 3'];
    const always = ['test.timeless/any 3'];
    await pass(kernel, HOUR);
    expect(await remembered(kernel)).toEqual({
      history: [...pinned, 'test.job/over 701', ...always],
      inbox: [...pinned, 'test.job/over 1', ...always],
    });
    await pass(kernel, 340 * DAY);
    expect(await remembered(kernel)).toEqual({
      history: [...pinned, 'test.job/over 1', ...always],
      inbox: [...pinned, ...always],
    });
    // The same answer is still taken once only.
    expect(await step('test.job', 'in-flight', 0)).toMatchObject({ changed: false });
    await step('test.job', 'in-flight', 3, { kind: 'end' });
    await pass(kernel, 366 * DAY);
    expect(await remembered(kernel)).toEqual({ history: always, inbox: always });
  });

  test('gives up tasks that nobody knows how to do, and waits long before it does', async () => {
    await using place = await newPlace();
    const kernel = await place.openKernel();
    await start(kernel);
    await kernel.database.transaction((tx) =>
      kernel.tasks.enqueue(tx, scope, { kind: 'of.another-version', key: 'x' }),
    );
    const left = async () =>
      (await kernel.database.read.query<{ kind: string }>('select kind from tasks order by kind')).map(
        ({ kind }) => kind,
      );
    kernel.clock.advance(29 * DAY);
    const again = () =>
      kernel.database.read.query("select 1 from tasks where kind = 'kernel.retention' and run_at > ?", [
        kernel.clock.now(),
      ]);
    await expect.poll(again).toHaveLength(1);
    expect(await left()).toEqual(['kernel.retention', 'of.another-version']);
    await pass(kernel, 2 * DAY);
    expect(await left()).toEqual(['kernel.retention']);
  });

  test('removes a bounded number at a time, and one rule does not hinder another', async () => {
    await using place = await newPlace();
    const kernel = await place.openKernel();
    const batches: number[] = [];
    let left = 20_700;
    const failing: RetentionRule = {
      name: 'test.fails',
      keeps: 'ended',
      removeBatch: () => Promise.reject(new Error('always')),
    };
    const many: RetentionRule = {
      name: 'test.many',
      keeps: 'audit',
      async removeBatch({ limit, before }) {
        expect(Math.abs(kernel.clock.now() - before - 365 * DAY)).toBeLessThan(HOUR);
        const removed = Math.min(limit, left);
        left -= removed;
        batches.push(removed);
        return { removed, next: removed < limit ? undefined : [] };
      },
    };
    await start(kernel, [failing, many]);
    await pass(kernel, HOUR);
    expect(batches).toEqual(Array.from({ length: 40 }, () => 500));
    await pass(kernel, 60_000);
    expect(batches.slice(40)).toEqual([500, 200]);
    await pass(kernel, 60_000);
    expect(batches).toHaveLength(42);
    await pass(kernel, HOUR);
    expect(batches.slice(42)).toEqual([0]);
  });
});
