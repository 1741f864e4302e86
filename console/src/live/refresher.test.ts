import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { expect, it } from 'vitest';
import { Refresher } from './refresher.ts';
import { watches } from './watch.ts';

const CHANGE = { topic: 'codebuild.build', id: 'demo:1', sequence: 3 };

it('matches a topic, or one thing of it', () => {
  expect(watches({ topic: 'codebuild.build' }, CHANGE)).toBe(true);
  expect(watches({ topic: 'codebuild.build', id: 'demo:1' }, CHANGE)).toBe(true);
  expect(watches({ topic: 'codebuild.build', id: 'demo' }, CHANGE)).toBe(false);
  expect(watches({ topic: 'codepipeline.pipeline' }, CHANGE)).toBe(false);
});

it('reads again after a change, and once more when the change came while reading', async () => {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const refresher = new Refresher(client);
  const reads: (() => void)[] = [];
  const observer = new QueryObserver(client, {
    queryKey: ['build'],
    queryFn: () => new Promise<number>((resolve) => reads.push(() => resolve(reads.length))),
    meta: { watch: [{ topic: 'codebuild.build' }] },
  });
  const stop = observer.subscribe(() => undefined);
  refresher.changed([CHANGE]);
  refresher.changed([CHANGE]);
  expect(reads).toHaveLength(1);
  reads[0]?.();
  await expect.poll(() => reads.length).toBe(2);
  reads[1]?.();
  await expect.poll(() => client.isFetching()).toBe(0);
  refresher.changed([{ ...CHANGE, topic: 'codecommit.repository' }]);
  expect(reads).toHaveLength(2);
  refresher.changed([CHANGE]);
  await expect.poll(() => reads.length).toBe(3);
  stop();
  client.clear();
});
