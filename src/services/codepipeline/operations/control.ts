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
import type { LaneInput } from '../model/lane/lane.ts';
import { laneId } from '../model/step.ts';
import type { RoomParts } from '../room-parts.ts';
import { actionById } from '../store/actions.ts';
import { findExecution } from '../store/executions.ts';
import { pinnedDefinition, requirePipeline } from '../store/pipelines.ts';
import type { Checked } from './checked.ts';

/** What operators do to running pipelines: transitions, stop, retry, approvals (B4, B6). */
export function controlOperations(parts: RoomParts): ServiceOperations {
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

async function requireStage(
  tx: Tx,
  scope: Scope,
  pipelineName: string,
  stageName: string,
): Promise<{ pipelineId: string; definition: PipelineDefinition; stage: StageDefinition }> {
  const row = await requirePipeline(tx, scope, pipelineName);
  const definition = await pinnedDefinition(tx, scope, row.pipeline_id, row.version);
  const stage = findStage(definition, stageName);
  if (!stage) {
    throw new ApiError(
      'StageNotFoundException',
      `The pipeline '${pipelineName}' does not have a stage with name '${stageName}'`,
    );
  }
  return { pipelineId: row.pipeline_id, definition, stage };
}

/** The way out of a stage is the way into the next one: both are one gate. */
async function changeTransition(
  { kernel }: RoomParts,
  scope: Scope,
  input: { readonly pipelineName: string; readonly stageName: string; readonly transitionType: string },
  inputFor: (at: { pipelineId: string; stage: string }) => LaneInput,
): Promise<void> {
  await kernel.database.transaction(async (tx) => {
    const { pipelineId, definition, stage } = await requireStage(
      tx,
      scope,
      input.pipelineName,
      input.stageName,
    );
    const index = definition.stages.indexOf(stage) + (input.transitionType === 'Outbound' ? 1 : 0);
    const gated = definition.stages[index];
    if (!gated) {
      throw new ApiError(
        'ValidationException',
        `Stage '${stage.name}' is the last one: it has no outbound transition`,
      );
    }
    const at = { pipelineId, stage: gated.name };
    await kernel.transitions.apply(tx, scope, laneRef(laneId(pipelineId, gated.name)), inputFor(at));
    announcePipeline(kernel, tx, scope, input.pipelineName);
  });
}

async function retryStage(
  { kernel }: RoomParts,
  tx: Tx,
  scope: Scope,
  input: Checked<RetryStageExecutionInput>,
  by: string,
): Promise<void> {
  const { pipelineId, stage } = await requireStage(tx, scope, input.pipelineName, input.stageName);
  const pipeline = await requirePipeline(tx, scope, input.pipelineName);
  const row = await findExecution(tx, scope, pipeline, input.pipelineExecutionId);
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
  { kernel }: RoomParts,
  tx: Tx,
  scope: Scope,
  input: Checked<PutApprovalResultInput>,
  by: string,
): Promise<void> {
  const { pipelineId, stage } = await requireStage(tx, scope, input.pipelineName, input.stageName);
  if (!stage.actions.some((action) => action.name === input.actionName)) {
    throw new ApiError(
      'ActionNotFoundException',
      `The stage '${stage.name}' does not have an action with name '${input.actionName}'`,
    );
  }
  const row = await actionById(tx, scope, input.token);
  const matches =
    row?.pipeline_id === pipelineId &&
    row.stage === input.stageName &&
    row.action === input.actionName &&
    row.type.startsWith('Approval/');
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
