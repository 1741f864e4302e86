import { expect, it } from 'vitest';
import type { OutboxEvent } from '../../src/kernel/outbox/port.ts';
import type { TestKernel } from '../support/test-kernel.ts';
import { describeEachDatabase } from './each-database.ts';

const scope = { account: '111111111111', region: 'eu-central-1' };

/** What the outbox promises, on every database. */
export function outboxContract(): void {
  describeEachDatabase('outbox', (newPlace, dialect) => {
    const publish = (kernel: TestKernel, id: string, n: number) =>
      kernel.database.transaction((tx) =>
        kernel.outbox.publish(
          tx,
          scope,
          { kind: 'test', id },
          {
            source: 'test',
            detailType: 'Numbered',
            resources: [],
            detail: { id, n },
          },
        ),
      );
    const numbers = (events: readonly OutboxEvent[], id: string) =>
      events
        .map(({ detail }) => detail as { id: string; n: number })
        .filter((one) => one.id === id)
        .map(({ n }) => n);

    it('hands every event on once, in order for each origin', async () => {
      await using place = await newPlace();
      const kernel = await place.openKernel();
      await kernel.install([]);
      const got: OutboxEvent[] = [];
      kernel.outbox.subscribe(async (tx, event) => tx.afterCommit(() => got.push(event)));
      for (let n = 0; n < 30; n++) await publish(kernel, 'a', n);
      await kernel.start();
      await Promise.all(Array.from({ length: 90 }, (_, n) => publish(kernel, 'b', n)));
      while (got.length < 120) await new Promise((resolve) => setTimeout(resolve, 2));
      expect(numbers(got, 'a')).toEqual(Array.from({ length: 30 }, (_, n) => n));
      expect(numbers(got, 'b')).toEqual(Array.from({ length: 90 }, (_, n) => n));
      expect(await kernel.database.read.query('select id from outbox')).toEqual([]);
    });

    it('keeps an event whose receiver fails, with its id, until it goes well', async () => {
      await using place = await newPlace();
      const kernel = await place.openKernel();
      await kernel.install([]);
      const ids: string[] = [];
      kernel.outbox.subscribe(async (_tx, event) => {
        ids.push(event.id);
        if (ids.length < 2) throw new Error('not now');
      });
      await kernel.start();
      await publish(kernel, 'a', 1);
      while (ids.length < 2) await new Promise((resolve) => setTimeout(resolve, 2));
      expect(new Set(ids).size).toBe(1);
    });

    if (dialect !== 'postgres') return;
    it('hands each event to one of several processes, in order', async () => {
      await using place = await newPlace();
      const kernels = await Promise.all([place.openKernel(), place.openKernel()]);
      const got: OutboxEvent[] = [];
      for (const kernel of kernels) {
        await kernel.install([]);
        kernel.outbox.subscribe(async (tx, event) => tx.afterCommit(() => got.push(event)));
        await kernel.start();
      }
      for (let n = 0; n < 40; n++) await publish(kernels[n % 2] as TestKernel, 'a', n);
      while (got.length < 40) await new Promise((resolve) => setTimeout(resolve, 2));
      expect(numbers(got, 'a').toSorted((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, n) => n));
    });
  });
}
