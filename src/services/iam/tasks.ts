import type { Kernel } from '../../kernel/kernel.ts';
import { PARTITION_SCOPE } from '../../kernel/scope.ts';
import type { TaskDefinition, TaskRequest } from '../../kernel/tasks/port.ts';
import { sweepSessions } from './sessions.ts';

const KIND = 'iam.sweep-sessions';
const EVERY_MS = 3600 * 1000;

/** Removes expired sessions every hour; each run asks for the next one. */
export function sweepTask(kernel: Kernel): TaskDefinition<never> {
  return {
    kind: KIND,
    concurrency: 1,
    async run() {
      await sweepSessions(kernel);
      return { write: (tx) => kernel.tasks.enqueue(tx, PARTITION_SCOPE, nextSweep(kernel)) };
    },
    exhausted: () => ({ write: (tx) => kernel.tasks.enqueue(tx, PARTITION_SCOPE, nextSweep(kernel)) }),
  };
}

export function nextSweep(kernel: Kernel): TaskRequest {
  return { kind: KIND, key: KIND, runAt: kernel.clock.now() + EVERY_MS };
}
