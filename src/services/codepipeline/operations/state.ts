import type {
  ActionExecution,
  ActionState,
  GetPipelineStateInput,
  GetPipelineStateOutput,
  RetryStageMetadata,
  StageExecution,
  StageState,
} from '@aws-sdk/client-codepipeline';
import type { Reader, SqlValue } from '../../../kernel/database/port.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { operation, type ServiceOperations } from '../../../wire/operation.ts';
import { laneRef } from '../aggregates.ts';
import { pipelineArn } from '../arn.ts';
import type { ActionDefinition, PipelineDefinition, StageDefinition } from '../model/definition.ts';
import type { LaneState } from '../model/lane/lane.ts';
import { laneId } from '../model/step.ts';
import type { CodePipelineParts } from '../parts.ts';
import { sourceRevisions } from '../store/artifacts.ts';
import { pinnedDefinition, requirePipeline } from '../store/pipelines.ts';
import type { ActionRow, ArtifactRow } from '../tables.ts';
import type { Checked } from './checked.ts';

/** How many of those waiting in front of one stage are named. */
const MAX_INBOUND = 100;

interface StageRow {
  readonly stage: string;
  readonly execution_id: string;
  readonly status: string;
  readonly auto_retries: number;
  readonly manual_retries: number;
  readonly last_retry: string | null;
}

/** `GetPipelineState`: the stages of the newest version, what went through them last and who waits. */
export function stateOperations(parts: CodePipelineParts): ServiceOperations {
  return {
    GetPipelineState: operation<Checked<GetPipelineStateInput>, GetPipelineStateOutput>({
      mutates: false,
      resources: (input, { scope }) => [pipelineArn(scope, input.name)],
      handler: async (input, { scope }) => {
        const { read } = parts.kernel.database;
        const row = await requirePipeline(read, scope, input.name);
        const definition = await pinnedDefinition(read, scope, row.pipeline_id, row.version);
        const actions = await currentActions(read, scope, row.pipeline_id);
        const revisions = await sourceRevisions(read, scope, [
          ...new Set(actions.map((action) => action.execution_id)),
        ]);
        const stageStates = await Promise.all(
          definition.stages.map(async (stage) =>
            stageState(definition, stage, actions, revisions, {
              lane: await parts.kernel.transitions.load<LaneState>(
                scope,
                laneRef(laneId(row.pipeline_id, stage.name)),
              ),
              latest: await latestOf(read, scope, row.pipeline_id, stage.name),
              inbound: await inboundOf(read, scope, row.pipeline_id, stage.name),
            }),
          ),
        );
        return {
          pipelineName: row.name,
          pipelineVersion: row.version,
          created: new Date(row.created_at),
          updated: new Date(row.updated_at),
          stageStates,
        };
      },
    }),
  };
}

async function currentActions(reader: Reader, scope: Scope, pipelineId: string): Promise<ActionRow[]> {
  return await reader.query<ActionRow>(
    `select a.* from codepipeline_current_actions c join codepipeline_actions a
       on a.account = c.account and a.region = c.region and a.action_execution_id = c.action_execution_id
     where c.account = ? and c.region = ? and c.pipeline_id = ?`,
    [scope.account, scope.region, pipelineId],
  );
}

async function latestOf(
  reader: Reader,
  scope: Scope,
  pipelineId: string,
  stage: string,
): Promise<StageRow | undefined> {
  const [row] = await reader.query<StageRow>(
    `select stage, execution_id, status, auto_retries, manual_retries, last_retry from codepipeline_stages
     where account = ? and region = ? and pipeline_id = ? and stage = ? order by exec_order desc limit 1`,
    [scope.account, scope.region, pipelineId, stage],
  );
  return row;
}

async function inboundOf(
  reader: Reader,
  scope: Scope,
  pipelineId: string,
  stage: string,
): Promise<StageExecution[]> {
  const values: SqlValue[] = [scope.account, scope.region, pipelineId, stage, MAX_INBOUND];
  const rows = await reader.query<{ execution_id: string }>(
    `select execution_id from codepipeline_waiters
     where account = ? and region = ? and pipeline_id = ? and stage = ? order by exec_order limit ?`,
    values,
  );
  return rows.map((row) => ({
    pipelineExecutionId: row.execution_id,
    status: 'InProgress',
    type: 'STANDARD',
  }));
}

function stageState(
  definition: PipelineDefinition,
  stage: StageDefinition,
  actions: readonly ActionRow[],
  revisions: ReadonlyMap<string, readonly ArtifactRow[]>,
  rows: {
    readonly lane: LaneState | undefined;
    readonly latest: StageRow | undefined;
    readonly inbound: StageExecution[];
  },
): StageState {
  const { lane, latest, inbound } = rows;
  return {
    stageName: stage.name,
    inboundTransitionState: {
      enabled: lane?.enabled ?? true,
      ...(lane?.reason === undefined ? {} : { disabledReason: lane.reason }),
      ...(lane?.changedAt === undefined ? {} : { lastChangedAt: new Date(lane.changedAt) }),
      ...(lane?.changedBy === undefined ? {} : { lastChangedBy: lane.changedBy }),
    },
    ...(inbound.length === 0 ? {} : { inboundExecution: inbound[0], inboundExecutions: inbound }),
    ...(latest
      ? {
          latestExecution: {
            pipelineExecutionId: latest.execution_id,
            status: latest.status as 'InProgress',
            type: 'STANDARD' as const,
          },
          ...retriesOf(latest),
        }
      : {}),
    actionStates: stage.actions.map((action) => {
      const row = actions.find(
        (candidate) => candidate.stage === stage.name && candidate.action === action.name,
      );
      return actionState(definition, action, row, revisions);
    }),
  };
}

function retriesOf(row: StageRow): { retryStageMetadata?: RetryStageMetadata } {
  if (row.last_retry === null) return {};
  return {
    retryStageMetadata: {
      ...(row.auto_retries === 0 ? {} : { autoStageRetryAttempt: row.auto_retries }),
      ...(row.manual_retries === 0 ? {} : { manualStageRetryAttempt: row.manual_retries }),
      latestRetryTrigger: row.last_retry as 'ManualStageRetry',
    },
  };
}

function actionState(
  definition: PipelineDefinition,
  action: ActionDefinition,
  row: ActionRow | undefined,
  revisions: ReadonlyMap<string, readonly ArtifactRow[]>,
): ActionState {
  const state: ActionState = { actionName: action.name };
  if (!row) return state;
  const revision = revisions
    .get(row.execution_id)
    ?.find((candidate) => candidate.action === action.name && action.actionTypeId.category === 'Source');
  if (revision?.revision_id && row.status === 'Succeeded') {
    state.currentRevision = {
      revisionId: revision.revision_id,
      revisionChangeId: revision.change_identifier ?? revision.revision_id,
      created: new Date(revision.created_at),
    };
    if (revision.revision_url !== null) state.revisionUrl = revision.revision_url;
  }
  state.latestExecution = latestExecution(row, definition.executionMode === 'PARALLEL');
  return state;
}

function latestExecution(row: ActionRow, parallel: boolean): ActionExecution {
  return {
    actionExecutionId: row.action_execution_id,
    status: row.status as 'InProgress',
    lastStatusChange: new Date(row.updated_at),
    ...(row.summary === null || row.summary === '' ? {} : { summary: row.summary }),
    // In PARALLEL mode the token is read from ListActionExecutions, as there are many at once.
    ...(row.approval === 1 && !parallel ? { token: row.action_execution_id } : {}),
    ...(row.updated_by === null ? {} : { lastUpdatedBy: row.updated_by }),
    ...(row.external_id === null ? {} : { externalExecutionId: row.external_id }),
    ...(row.external_url === null ? {} : { externalExecutionUrl: row.external_url }),
    ...(row.error_code === null
      ? {}
      : { errorDetails: { code: row.error_code, message: row.error_message ?? '' } }),
  };
}
