import type { TaskDefinition } from '../../../kernel/tasks/port.ts';
import type { CodePipelineParts } from '../parts.ts';
import { recordOutputsTask } from './outputs.ts';
import { purgeTaskDefinition } from './purge.ts';
import { openStageTask, pickWaiterTask } from './stages.ts';
import { startActionTask } from './start-action.ts';
import { stopActionTask } from './stop-action.ts';
import { nextTurnTask } from './turns.ts';

/** The durable tasks of the room. */
export function createTasks(parts: CodePipelineParts): readonly TaskDefinition<never>[] {
  return [
    startActionTask(parts),
    recordOutputsTask(parts),
    stopActionTask(parts),
    openStageTask(parts),
    pickWaiterTask(parts),
    nextTurnTask(parts),
    purgeTaskDefinition(parts),
  ] as readonly TaskDefinition<never>[];
}
