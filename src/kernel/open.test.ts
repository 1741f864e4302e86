import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

it('removes what an earlier process had in hand', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'pipewright-open-'));
  try {
    mkdirSync(join(dataDir, 'tmp'));
    writeFileSync(join(dataDir, 'tmp', 'half-a-bundle'), 'half');
    await using kernel = await openTestKernel({ dataDir });
    expect(existsSync(join(kernel.dataDir, 'tmp', 'half-a-bundle'))).toBe(false);
  } finally {
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 20 });
  }
});
