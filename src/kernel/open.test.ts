import { expect, it } from 'vitest';
import { openTestKernel, startTestKernel } from '../../testkit/support/test-kernel.ts';

it('opens, runs a transition through its task, and closes twice', async () => {
  await using kernel = await openTestKernel();
  const scope = { account: '111111111111', region: 'us-east-1' };
  const ref = { kind: 'test.counter', id: 'a' };
  await startTestKernel(kernel, [
    {
      name: 'test',
      migrations: [],
      aggregates: [
        {
          kind: 'test.counter',
          version: 1,
          decide: (state, input) =>
            input.kind === 'go'
              ? { state: { done: 0 }, tasks: [{ kind: 'test.work', key: 'work' }] }
              : { state: { done: ((state as { done: number }).done ?? 0) + 1 } },
        },
      ],
      tasks: [
        {
          kind: 'test.work',
          run: async () => ({ deliver: [{ to: ref, input: { kind: 'answer' } }] }),
        },
      ],
    },
  ]);
  await kernel.transitions.run(scope, ref, { kind: 'go' });
  await kernel.tasks.idle();
  expect(await kernel.transitions.load(scope, ref)).toEqual({ done: 1 });
  await kernel.close();
});
