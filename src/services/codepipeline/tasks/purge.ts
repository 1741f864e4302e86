import type { TaskDefinition, TaskRequest } from '../../../kernel/tasks/port.ts';
import { executionRef } from '../aggregates.ts';
import type { CodePipelineParts } from '../parts.ts';

const BATCH = 50;

interface Purge {
  readonly pipelineId: string;
}

export function purgeTask(pipelineId: string): TaskRequest {
  return { kind: 'codepipeline.purge', key: `codepipeline.purge/${pipelineId}`, payload: { pipelineId } };
}

/** After a pipeline was deleted: cancels what still runs or waits, a few at a time. */
export function purgeTaskDefinition(parts: CodePipelineParts): TaskDefinition<Purge> {
  const { kernel } = parts;
  return {
    kind: 'codepipeline.purge',
    concurrency: 2,
    async run({ scope, payload }, { signal }) {
      for (;;) {
        signal.throwIfAborted();
        const rows = await kernel.database.read.query<{ execution_id: string }>(
          `select execution_id from codepipeline_executions
           where account = ? and region = ? and pipeline_id = ? and status in ('InProgress', 'Stopping')
           order by exec_order limit ${BATCH}`,
          [scope.account, scope.region, payload.pipelineId],
        );
        if (rows.length === 0) return;
        for (const row of rows) {
          await kernel.transitions.run(scope, executionRef(row.execution_id), { kind: 'cancel' });
        }
      }
    },
  };
}
