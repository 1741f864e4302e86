import type {
  GetPipelineExecutionInput,
  GetPipelineExecutionOutput,
  ListPipelineExecutionsInput,
  ListPipelineExecutionsOutput,
  PipelineExecutionSummary,
  StartPipelineExecutionInput,
  StartPipelineExecutionOutput,
} from '@aws-sdk/client-codepipeline';
import type { Reader, SqlValue } from '../../../kernel/database/port.ts';
import { ApiError } from '../../../kernel/errors.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { operation, type RequestContext, type ServiceOperations } from '../../../wire/operation.ts';
import type { WantedRevision } from '../actions/provider.ts';
import { pipelineArn } from '../arn.ts';
import type { PipelineDefinition } from '../model/definition.ts';
import type { CodePipelineParts } from '../parts.ts';
import { startExecution } from '../start-execution.ts';
import { artifactsOf, sourceRevisions } from '../store/artifacts.ts';
import { requireExecution } from '../store/executions.ts';
import { pinnedDefinition, requirePipeline } from '../store/pipelines.ts';
import { startFacts } from '../store/starts.ts';
import type { ArtifactRow, ExecutionRow } from '../tables.ts';
import type { Checked } from './checked.ts';
import { pageOf, pageToken, readToken } from './paging.ts';

const PAGE = 100;

/** Executions of a pipeline: start, read, list. */
export function executionOperations(parts: CodePipelineParts): ServiceOperations {
  return {
    StartPipelineExecution: operation<Checked<StartPipelineExecutionInput>, StartPipelineExecutionOutput>({
      mutates: true,
      resources: (input, { scope }) => [pipelineArn(scope, input.name)],
      handler: (input, context) => start(parts, input, context),
    }),
    GetPipelineExecution: operation<Checked<GetPipelineExecutionInput>, GetPipelineExecutionOutput>({
      mutates: false,
      resources: (input, { scope }) => [pipelineArn(scope, input.pipelineName)],
      handler: (input, { scope }) => get(parts, input, scope),
    }),
    ListPipelineExecutions: operation<Checked<ListPipelineExecutionsInput>, ListPipelineExecutionsOutput>({
      mutates: false,
      resources: (input, { scope }) => [pipelineArn(scope, input.pipelineName)],
      handler: (input, { scope }) => list(parts, input, scope),
    }),
  };
}

async function start(
  parts: CodePipelineParts,
  input: Checked<StartPipelineExecutionInput>,
  { scope, principal }: RequestContext,
): Promise<StartPipelineExecutionOutput> {
  const pipelineExecutionId = await parts.kernel.database.transaction(async (tx) => {
    const pipeline = await requirePipeline(tx, scope, input.name);
    const definition = await pinnedDefinition(tx, scope, pipeline.pipeline_id, pipeline.version);
    return await startExecution(parts, tx, scope, pipeline, {
      trigger: { type: 'StartPipelineExecution', detail: principal.arn },
      variables: (input.variables ?? []).map(({ name = '', value = '' }) => ({ name, value })),
      revisions: overridesOf(definition, input.sourceRevisions ?? []),
      ...(input.clientRequestToken === undefined ? {} : { token: input.clientRequestToken }),
    });
  });
  return { pipelineExecutionId };
}

function overridesOf(
  definition: PipelineDefinition,
  overrides: NonNullable<StartPipelineExecutionInput['sourceRevisions']>,
): Record<string, WantedRevision> {
  const names = new Set(definition.stages[0]?.actions.map((action) => action.name));
  const found: Record<string, WantedRevision> = {};
  for (const { actionName = '', revisionType, revisionValue = '' } of overrides) {
    if (!names.has(actionName)) {
      throw new ApiError('ValidationException', `The pipeline has no source action named '${actionName}'`);
    }
    if (found[actionName]) {
      throw new ApiError('ValidationException', `Source action '${actionName}' is given two revisions`);
    }
    found[actionName] = { type: revisionType as WantedRevision['type'], value: revisionValue };
  }
  return found;
}

async function get(
  { kernel }: CodePipelineParts,
  input: Checked<GetPipelineExecutionInput>,
  scope: Scope,
): Promise<GetPipelineExecutionOutput> {
  const { read } = kernel.database;
  const pipeline = await requirePipeline(read, scope, input.pipelineName);
  const row = await requireExecution(read, scope, pipeline, input.pipelineExecutionId);
  const facts = await startFacts(read, scope, row.execution_id);
  const artifacts = await artifactsOf(read, scope, row.execution_id);
  return {
    pipelineExecution: {
      pipelineName: pipeline.name,
      pipelineVersion: row.version,
      pipelineExecutionId: row.execution_id,
      status: row.status as 'InProgress',
      ...(row.status_summary === null ? {} : { statusSummary: row.status_summary }),
      artifactRevisions: artifacts.filter((artifact) => artifact.is_source === 1).map(artifactRevision),
      variables: facts.variables.map(({ name, value }) => ({ name, resolvedValue: value })),
      trigger: triggerOf(row),
      executionMode: row.mode as 'SUPERSEDED',
      executionType: 'STANDARD',
    },
  };
}

function artifactRevision(row: ArtifactRow) {
  return {
    name: row.name,
    revisionId: row.revision_id ?? undefined,
    revisionSummary: row.revision_summary ?? undefined,
    revisionUrl: row.revision_url ?? undefined,
    revisionChangeIdentifier: row.change_identifier ?? undefined,
    created: new Date(row.created_at),
  };
}

function triggerOf(row: ExecutionRow) {
  return { triggerType: row.trigger_type as 'StartPipelineExecution', triggerDetail: row.trigger_detail };
}

async function list(
  { kernel }: CodePipelineParts,
  input: Checked<ListPipelineExecutionsInput>,
  scope: Scope,
): Promise<ListPipelineExecutionsOutput> {
  const { read } = kernel.database;
  const pipeline = await requirePipeline(read, scope, input.pipelineName);
  const limit = input.maxResults ?? PAGE;
  const before =
    input.nextToken === undefined
      ? Number.MAX_SAFE_INTEGER
      : Number(readToken('executions', input.nextToken, ['number'])[0]);
  const stage = input.filter?.succeededInStage?.stageName;
  const rows = await readPage(read, scope, pipeline.pipeline_id, before, limit + 1, stage);
  const { page, last } = pageOf(rows, limit);
  const revisions = await sourceRevisions(
    read,
    scope,
    page.map((row) => row.execution_id),
  );
  return {
    pipelineExecutionSummaries: page.map((row) => summaryOf(row, revisions.get(row.execution_id) ?? [])),
    ...(last ? { nextToken: pageToken('executions', last.exec_order) } : {}),
  };
}

async function readPage(
  reader: Reader,
  scope: Scope,
  pipelineId: string,
  before: number,
  limit: number,
  stage: string | undefined,
): Promise<readonly ExecutionRow[]> {
  const place: SqlValue[] = [scope.account, scope.region, pipelineId];
  if (stage === undefined) {
    return await reader.query<ExecutionRow>(
      `select * from codepipeline_executions
       where account = ? and region = ? and pipeline_id = ? and exec_order < ? order by exec_order desc limit ?`,
      [...place, before, limit],
    );
  }
  return await reader.query<ExecutionRow>(
    `select e.* from codepipeline_stages s join codepipeline_executions e
       on e.account = s.account and e.region = s.region and e.execution_id = s.execution_id
     where s.account = ? and s.region = ? and s.pipeline_id = ? and s.stage = ? and s.status = 'Succeeded'
       and s.exec_order < ? order by s.exec_order desc limit ?`,
    [...place, stage, before, limit],
  );
}

function summaryOf(row: ExecutionRow, sources: readonly ArtifactRow[]): PipelineExecutionSummary {
  return {
    pipelineExecutionId: row.execution_id,
    status: row.status as 'InProgress',
    ...(row.status_summary === null ? {} : { statusSummary: row.status_summary }),
    startTime: new Date(row.started_at),
    lastUpdateTime: new Date(row.updated_at),
    sourceRevisions: sources.map((source) => ({
      actionName: source.action,
      revisionId: source.revision_id ?? undefined,
      revisionSummary: source.revision_summary ?? undefined,
      revisionUrl: source.revision_url ?? undefined,
    })),
    trigger: triggerOf(row),
    ...(row.stop_reason === null ? {} : { stopTrigger: { reason: row.stop_reason } }),
    executionMode: row.mode as 'SUPERSEDED',
    executionType: 'STANDARD',
  };
}
