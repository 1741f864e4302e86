import { AFTER_BACKUP_MS, isBackupUnderWay } from '../../kernel/keeping.ts';
import type { Task, TaskDefinition } from '../../kernel/tasks/port.ts';
import { removeFolder, repositoryFolder } from './git/folders.ts';
import type { CodeCommitParts } from './parts.ts';

/** Removes the files of a deleted repository. */
export const REMOVE_TASK = 'codecommit.remove-files';
/** Lets git pack what has become many small files. */
export const MAINTAIN_TASK = 'codecommit.maintain';

/** The lock that packing takes: it goes on beside pushes, but not beside a backup, which would miss what git moves. */
export const maintenance = (id: string) => `${id}/maintenance`;

interface RepositoryTask {
  readonly id: string;
}

export function codeCommitTasks(parts: CodeCommitParts): readonly TaskDefinition[] {
  const folder = (task: Task<RepositoryTask>) => repositoryFolder(parts.root, task.scope, task.payload.id);
  const remove: TaskDefinition<RepositoryTask> = {
    kind: REMOVE_TASK,
    // Behind the lock: a push under way ends first.
    async run(task) {
      const { kernel } = parts;
      if (await isBackupUnderWay(kernel.database)) {
        const again = { ...task, runAt: kernel.clock.now() + AFTER_BACKUP_MS };
        return { write: (tx) => kernel.tasks.enqueue(tx, task.scope, again) };
      }
      await parts.locks.hold(task.payload.id, async () => {
        parts.objects.forget(folder(task));
        await removeFolder(folder(task));
      });
      return undefined;
    },
  };
  const maintain: TaskDefinition<RepositoryTask> = {
    kind: MAINTAIN_TASK,
    concurrency: 1,
    maxAttempts: 2,
    async run(task) {
      const { code, stderr } = await parts.locks.hold(maintenance(task.payload.id), () =>
        parts.git.try(folder(task), ['gc', '--auto', '--quiet']),
      );
      if (code !== 0) {
        parts.kernel.logger.warn(
          { repository: task.payload.id, error: stderr.trim() },
          'git gc did not succeed',
        );
      }
    },
  };
  return [remove as TaskDefinition, maintain as TaskDefinition];
}
