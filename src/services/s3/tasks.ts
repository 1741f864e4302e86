import type { Kernel } from '../../kernel/kernel.ts';
import { PARTITION_SCOPE } from '../../kernel/scope.ts';
import type { TaskDefinition, TaskRequest } from '../../kernel/tasks/port.ts';
import { collectBlobs } from './collector.ts';

const KIND = 's3.collect-blobs';
const EVERY_MS = 6 * 3600 * 1000;
const GRACE_MS = 24 * 3600 * 1000;

/** Removes blobs that nothing refers to, four times a day; each run asks for the next one. */
export function collectTask(kernel: Kernel): TaskDefinition<never> {
  const again = { write: (tx: Parameters<typeof kernel.tasks.enqueue>[0]) => enqueueCollection(kernel, tx) };
  return {
    kind: KIND,
    concurrency: 1,
    async run(_task, { signal }) {
      await collectBlobs(kernel, { graceMs: GRACE_MS, signal });
      return again;
    },
    exhausted: () => again,
  };
}

export async function enqueueCollection(
  kernel: Kernel,
  tx: Parameters<typeof kernel.tasks.enqueue>[0],
): Promise<void> {
  const next: TaskRequest = { kind: KIND, key: KIND, runAt: kernel.clock.now() + EVERY_MS };
  await kernel.tasks.enqueue(tx, PARTITION_SCOPE, next);
}
