import type { Tx } from '../../kernel/database/port.ts';
import { ApiError } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import type { Scope } from '../../kernel/scope.ts';
import type { WantedRevision } from './actions/provider.ts';
import { executionRef } from './aggregates.ts';
import { executionModeOf } from './model/definition.ts';
import type { ExecutionInput, Trigger } from './model/execution/inputs.ts';
import { carriedPlans } from './model/plan.ts';
import { type PipelineVariable, pipelineVariables } from './model/variables.ts';
import type { CodePipelineParts } from './parts.ts';
import { pinnedDefinition, pipelineNotFound } from './store/pipelines.ts';
import type { PipelineRow } from './tables.ts';

export interface StartRequest {
  readonly trigger: Trigger;
  readonly variables?: readonly PipelineVariable[];
  /** Wanted revisions by the name of their source action. */
  readonly revisions?: Readonly<Record<string, WantedRevision>>;
  /** The same token starts one execution. */
  readonly token?: string;
}

/** Starts an execution of the pipeline's newest version, inside the caller's transaction. Answers its id. */
export async function startExecution(
  parts: CodePipelineParts,
  tx: Tx,
  scope: Scope,
  pipeline: PipelineRow,
  request: StartRequest,
): Promise<string> {
  const { kernel } = parts;
  const executionId = newId();
  // Before anything is checked: who asks again gets the same answer, though the pipeline was edited meanwhile.
  const earlier = await claimToken(parts, tx, scope, pipeline, executionId, request);
  if (earlier !== undefined) return earlier;
  const definition = await pinnedDefinition(tx, scope, pipeline.pipeline_id, pipeline.version);
  const { values, problems } = pipelineVariables(definition.variables ?? [], request.variables ?? []);
  if (problems.length > 0) throw new ApiError('ValidationException', problems.join('; '));
  const [row] = await tx.query<{ last_order: number }>(
    `update codepipeline_pipelines set last_order = last_order + 1
     where account = ? and region = ? and name = ? and pipeline_id = ? returning last_order`,
    [scope.account, scope.region, pipeline.name, pipeline.pipeline_id],
  );
  // Another server deleted it since it was read.
  if (!row) throw pipelineNotFound(scope, pipeline.name);
  await tx.execute(
    `insert into codepipeline_starts (account, region, execution_id, variables, revisions) values (?, ?, ?, ?, ?)`,
    [
      scope.account,
      scope.region,
      executionId,
      JSON.stringify(values),
      JSON.stringify(request.revisions ?? {}),
    ],
  );
  const plans = carriedPlans(definition, parts.types);
  const input: ExecutionInput = {
    kind: 'start',
    pipelineId: pipeline.pipeline_id,
    pipelineName: pipeline.name,
    version: pipeline.version,
    mode: executionModeOf(definition),
    order: row.last_order,
    stages: definition.stages.map((stage) => stage.name),
    trigger: request.trigger,
    ...(plans ? { plans } : {}),
  };
  await kernel.transitions.apply(tx, scope, executionRef(executionId), input);
  return executionId;
}

/** Refuses (`ConflictException`) when the token was used for something else. */
async function claimToken(
  parts: CodePipelineParts,
  tx: Tx,
  scope: Scope,
  pipeline: PipelineRow,
  executionId: string,
  request: StartRequest,
): Promise<string | undefined> {
  const { token } = request;
  if (token === undefined) return undefined;
  const text = JSON.stringify([request.variables ?? [], request.revisions ?? {}]);
  const inserted = await tx.execute(
    `insert into codepipeline_tokens (account, region, pipeline_id, token, execution_id, request, at)
     values (?, ?, ?, ?, ?, ?, ?) on conflict (account, region, pipeline_id, token) do nothing`,
    [scope.account, scope.region, pipeline.pipeline_id, token, executionId, text, parts.kernel.clock.now()],
  );
  if (inserted > 0) return undefined;
  const [row] = await tx.query<{ execution_id: string; request: string }>(
    `select execution_id, request from codepipeline_tokens
     where account = ? and region = ? and pipeline_id = ? and token = ?`,
    [scope.account, scope.region, pipeline.pipeline_id, token],
  );
  if (row?.request !== text) {
    throw new ApiError(
      'ConflictException',
      'The client request token was used before for an execution with other parameters',
    );
  }
  return row.execution_id;
}
