import type {
  DisableStageTransitionInput,
  EnableStageTransitionInput,
  PutApprovalResultInput,
  PutApprovalResultOutput,
  RetryStageExecutionInput,
  RetryStageExecutionOutput,
  StopPipelineExecutionInput,
  StopPipelineExecutionOutput,
} from '@aws-sdk/client-codepipeline';
import type { Tx } from '../../../kernel/database/port.ts';
import { ApiError } from '../../../kernel/errors.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { operation, type RequestContext, type ServiceOperations } from '../../../wire/operation.ts';
import { announcePipeline, executionRef, laneRef } from '../aggregates.ts';
import { pipelineArn } from '../arn.ts';
import type { ExecutionMode, PipelineDefinition, StageDefinition } from '../model/definition.ts';
import { findStage } from '../model/definition.ts';
import type { ExecutionInput } from '../model/execution/inputs.ts';
import type { LaneInput, LaneState } from '../model/lane/lane.ts';
import { laneId } from '../model/step.ts';
import type { CodePipelineParts } from '../parts.ts';
import { actionById } from '../store/actions.ts';
import { findExecution } from '../store/executions.ts';
import { pinnedDefinition, requirePipeline } from '../store/pipelines.ts';
import type { PipelineRow } from '../tables.ts';
import type { Checked } from './checked.ts';

/** What operators do to running pipelines: transitions, stop, retry, approvals (B4, B6). */
export function controlOperations(parts: CodePipelineParts): ServiceOperations {
  const { kernel } = parts;
  return {
    DisableStageTransition: operation<Checked<DisableStageTransitionInput>, Record<string, never>>({
      mutates: true,
      resources: ofStage,
      handler: async (input, { scope, principal }) => {
        await changeTransition(parts, scope, input, (at) => ({
          kind: 'disable',
          ...at,
          reason: input.reason,
          by: principal.arn,
        }));
        return {};
      },
    }),
    EnableStageTransition: operation<Checked<EnableStageTransitionInput>, Record<string, never>>({
      mutates: true,
      resources: ofStage,
      handler: async (input, { scope, principal }) => {
        await changeTransition(parts, scope, input, (at) => ({ kind: 'enable', ...at, by: principal.arn }));
        return {};
      },
    }),
    StopPipelineExecution: operation<Checked<StopPipelineExecutionInput>, StopPipelineExecutionOutput>({
      mutates: true,
      resources: (input, { scope }) => [pipelineArn(scope, input.pipelineName)],
      handler: async (input, { scope, principal }) => {
        await kernel.database.transaction(async (tx) => {
          const pipeline = await requirePipeline(tx, scope, input.pipelineName);
          if (!(await findExecution(tx, scope, pipeline, input.pipelineExecutionId))) {
            throw new ApiError(
              'PipelineExecutionNotStoppableException',
              `Unable to stop pipeline execution: '${pipeline.name}' has no execution ${input.pipelineExecutionId}`,
            );
          }
          const stop: ExecutionInput = {
            kind: 'stop',
            abandon: input.abandon ?? false,
            by: principal.arn,
            ...(input.reason === undefined ? {} : { reason: input.reason }),
          };
          await kernel.transitions.apply(tx, scope, executionRef(input.pipelineExecutionId), stop);
        });
        return { pipelineExecutionId: input.pipelineExecutionId };
      },
    }),
    RetryStageExecution: operation<Checked<RetryStageExecutionInput>, RetryStageExecutionOutput>({
      mutates: true,
      resources: ofStage,
      handler: async (input, { scope, principal }) => {
        await kernel.database.transaction((tx) => retryStage(parts, tx, scope, input, principal.arn));
        return { pipelineExecutionId: input.pipelineExecutionId };
      },
    }),
    PutApprovalResult: operation<Checked<PutApprovalResultInput>, PutApprovalResultOutput>({
      mutates: true,
      resources: (input, { scope }) => [
        `${pipelineArn(scope, input.pipelineName)}/${input.stageName}/${input.actionName}`,
      ],
      handler: async (input, { scope, principal }) => {
        await kernel.database.transaction((tx) => answerApproval(parts, tx, scope, input, principal.arn));
        return { approvedAt: new Date(kernel.clock.now()) };
      },
    }),
  };
}

function ofStage(
  input: { readonly pipelineName: string; readonly stageName: string },
  { scope }: RequestContext,
): string[] {
  return [`${pipelineArn(scope, input.pipelineName)}/${input.stageName}`];
}

/** The stage as an execution of this version knows it: the newest one may have it no more. */
async function requireStage(
  tx: Tx,
  scope: Scope,
  pipeline: PipelineRow,
  version: number,
  stageName: string,
): Promise<StageDefinition> {
  const definition = await pinnedDefinition(tx, scope, pipeline.pipeline_id, version);
  const stage = findStage(definition, stageName);
  if (!stage) throw noStage(pipeline, stageName);
  return stage;
}

function noStage({ name }: PipelineRow, stageName: string): ApiError {
  return new ApiError(
    'StageNotFoundException',
    `The pipeline '${name}' does not have a stage with name '${stageName}'`,
  );
}

/** The way out of a stage is the way into the next one: both are one gate. */
async function changeTransition(
  { kernel }: CodePipelineParts,
  scope: Scope,
  input: { readonly pipelineName: string; readonly stageName: string; readonly transitionType: string },
  inputFor: (at: { pipelineId: string; stage: string }) => LaneInput,
): Promise<void> {
  await kernel.database.transaction(async (tx) => {
    const pipeline = await requirePipeline(tx, scope, input.pipelineName);
    const pipelineId = pipeline.pipeline_id;
    const definition = await pinnedDefinition(tx, scope, pipelineId, pipeline.version);
    const gated = gatedStage(pipeline, definition, input);
    const ref = laneRef(laneId(pipelineId, gated ?? input.stageName));
    const change = inputFor({ pipelineId, stage: gated ?? input.stageName });
    if (gated === undefined) {
      // Whoever waits in front of a stage that was taken out can still be let in.
      const lane = await kernel.transitions.load<LaneState>(scope, ref);
      if (change.kind !== 'enable' || lane?.enabled !== false) throw noStage(pipeline, input.stageName);
    }
    await kernel.transitions.apply(tx, scope, ref, change);
    announcePipeline(kernel, tx, scope, input.pipelineName);
  });
}

/** The stage that a transition leads into; undefined for the way into a stage that the newest version does not have. */
function gatedStage(
  pipeline: PipelineRow,
  { stages }: PipelineDefinition,
  { stageName, transitionType }: { readonly stageName: string; readonly transitionType: string },
): string | undefined {
  const index = stages.findIndex((stage) => stage.name === stageName);
  if (transitionType !== 'Outbound') return stages[index]?.name;
  if (index < 0) throw noStage(pipeline, stageName);
  const next = stages[index + 1];
  if (next) return next.name;
  throw new ApiError(
    'ValidationException',
    `Stage '${stageName}' is the last one: it has no outbound transition`,
  );
}

async function retryStage(
  { kernel }: CodePipelineParts,
  tx: Tx,
  scope: Scope,
  input: Checked<RetryStageExecutionInput>,
  by: string,
): Promise<void> {
  const pipeline = await requirePipeline(tx, scope, input.pipelineName);
  const pipelineId = pipeline.pipeline_id;
  const row = await findExecution(tx, scope, pipeline, input.pipelineExecutionId);
  const stage = await requireStage(tx, scope, pipeline, row?.version ?? pipeline.version, input.stageName);
  if (!row) {
    throw new ApiError(
      'StageNotRetryableException',
      `Unable to retry stage ${stage.name}: '${pipeline.name}' has no execution ${input.pipelineExecutionId}`,
    );
  }
  const reEnter: LaneInput = {
    kind: 're-enter',
    pipelineId,
    stage: stage.name,
    executionId: row.execution_id,
    order: row.exec_order,
    mode: row.mode as ExecutionMode,
    retryMode: input.retryMode,
    by,
  };
  await kernel.transitions.apply(tx, scope, laneRef(laneId(pipelineId, stage.name)), reEnter);
}

async function answerApproval(
  { kernel }: CodePipelineParts,
  tx: Tx,
  scope: Scope,
  input: Checked<PutApprovalResultInput>,
  by: string,
): Promise<void> {
  const pipeline = await requirePipeline(tx, scope, input.pipelineName);
  const found = await actionById(tx, scope, input.token);
  const row = found?.pipeline_id === pipeline.pipeline_id ? found : undefined;
  const stage = await requireStage(tx, scope, pipeline, row?.version ?? pipeline.version, input.stageName);
  if (!stage.actions.some((action) => action.name === input.actionName)) {
    throw new ApiError(
      'ActionNotFoundException',
      `The stage '${stage.name}' does not have an action with name '${input.actionName}'`,
    );
  }
  const matches =
    row?.stage === input.stageName && row.action === input.actionName && row.type.startsWith('Approval/');
  if (!row || !matches) {
    throw new ApiError('InvalidApprovalTokenException', 'The approval token is not valid for this action');
  }
  if (row.status !== 'InProgress') {
    // Answered by somebody, or ended without an answer (time-out, stop): the token is used up either way.
    const answered = row.updated_by !== null && row.status !== 'Abandoned';
    throw answered
      ? new ApiError(
          'ApprovalAlreadyCompletedException',
          'The approval action has already been approved or rejected',
        )
      : new ApiError('InvalidApprovalTokenException', 'The approval token has expired');
  }
  const answer: ExecutionInput = {
    kind: 'answer',
    token: input.token,
    approved: input.result.status === 'Approved',
    summary: input.result.summary ?? '',
    by,
  };
  await kernel.transitions.apply(tx, scope, executionRef(row.execution_id), answer);
}
