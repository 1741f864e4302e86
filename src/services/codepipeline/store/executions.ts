import type { Reader } from '../../../kernel/database/port.ts';
import { ApiError } from '../../../kernel/errors.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { ExecutionRow, PipelineRow } from '../tables.ts';

/** Refuses with `PipelineExecutionNotFoundException`, also for an execution of another pipeline. */
export async function requireExecution(
  reader: Reader,
  scope: Scope,
  pipeline: PipelineRow,
  executionId: string,
): Promise<ExecutionRow> {
  const row = await findExecution(reader, scope, pipeline, executionId);
  if (!row) {
    throw new ApiError(
      'PipelineExecutionNotFoundException',
      `The pipeline '${pipeline.name}' does not have an execution with id '${executionId}'`,
    );
  }
  return row;
}

export async function findExecution(
  reader: Reader,
  scope: Scope,
  pipeline: PipelineRow,
  executionId: string,
): Promise<ExecutionRow | undefined> {
  const [row] = await reader.query<ExecutionRow>(
    'select * from codepipeline_executions where account = ? and region = ? and execution_id = ?',
    [scope.account, scope.region, executionId],
  );
  return row?.pipeline_id === pipeline.pipeline_id ? row : undefined;
}
