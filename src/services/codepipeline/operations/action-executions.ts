import type {
  ActionExecutionDetail,
  ArtifactDetail,
  ListActionExecutionsInput,
  ListActionExecutionsOutput,
} from '@aws-sdk/client-codepipeline';
import type { Reader, SqlValue } from '../../../kernel/database/port.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { operation, type ServiceOperations } from '../../../wire/operation.ts';
import { pipelineArn } from '../arn.ts';
import { findAction, type PipelineDefinition } from '../model/definition.ts';
import type { CodePipelineParts } from '../parts.ts';
import type { StoredArtifact } from '../store/artifacts.ts';
import { requireExecution } from '../store/executions.ts';
import { findDefinition, requirePipeline } from '../store/pipelines.ts';
import type { ActionRow, PipelineRow } from '../tables.ts';
import type { Checked } from './checked.ts';
import { pageOf, pageToken, readToken } from './paging.ts';

const PAGE = 100;

/** `ListActionExecutions`, newest first. */
export function actionExecutionOperations({ kernel }: CodePipelineParts): ServiceOperations {
  return {
    ListActionExecutions: operation<Checked<ListActionExecutionsInput>, ListActionExecutionsOutput>({
      mutates: false,
      resources: (input, { scope }) => [pipelineArn(scope, input.pipelineName)],
      handler: async (input, { scope }) => {
        const { read } = kernel.database;
        const pipeline = await requirePipeline(read, scope, input.pipelineName);
        const limit = input.maxResults ?? PAGE;
        const before =
          input.nextToken === undefined
            ? Number.MAX_SAFE_INTEGER
            : Number(readToken('action-executions', input.nextToken, ['number'])[0]);
        const rows = await readPage(read, scope, pipeline, input, before, limit + 1);
        const { page, last } = pageOf(rows, limit);
        const definitions = await definitionsOf(read, scope, pipeline.pipeline_id, page);
        return {
          actionExecutionDetails: page.map((row) => detailOf(row, definitions.get(row.version), scope)),
          ...(last ? { nextToken: pageToken('action-executions', last.position) } : {}),
        };
      },
    }),
  };
}

async function readPage(
  reader: Reader,
  scope: Scope,
  pipeline: PipelineRow,
  input: Checked<ListActionExecutionsInput>,
  before: number,
  limit: number,
): Promise<readonly ActionRow[]> {
  const latest = input.filter?.latestInPipelineExecution;
  const executionId = latest?.pipelineExecutionId ?? input.filter?.pipelineExecutionId;
  const conditions = ['account = ?', 'region = ?', 'pipeline_id = ?'];
  const values: SqlValue[] = [scope.account, scope.region, pipeline.pipeline_id];
  if (executionId !== undefined) {
    await requireExecution(reader, scope, pipeline, executionId);
    conditions.push('execution_id = ?');
    values.push(executionId);
  }
  if (latest?.startTimeRange === 'Latest') conditions.push('latest = 1');
  conditions.push('position < ?');
  values.push(before, limit);
  return await reader.query<ActionRow>(
    `select * from codepipeline_actions where ${conditions.join(' and ')}
     order by position desc limit ?`,
    values,
  );
}

async function definitionsOf(
  reader: Reader,
  scope: Scope,
  pipelineId: string,
  rows: readonly ActionRow[],
): Promise<ReadonlyMap<number, PipelineDefinition>> {
  const found = new Map<number, PipelineDefinition>();
  for (const version of new Set(rows.map((row) => row.version))) {
    const definition = await findDefinition(reader, scope, pipelineId, version);
    if (definition) found.set(version, definition);
  }
  return found;
}

function detailOf(
  row: ActionRow,
  definition: PipelineDefinition | undefined,
  scope: Scope,
): ActionExecutionDetail {
  const action = definition && findAction(definition, row.stage, row.action);
  const [category = '', owner = '', provider = '', version = ''] = row.type.split('/');
  const resolved = row.resolved === null ? undefined : (JSON.parse(row.resolved) as Record<string, string>);
  return {
    pipelineExecutionId: row.execution_id,
    actionExecutionId: row.action_execution_id,
    pipelineVersion: row.version,
    stageName: row.stage,
    actionName: row.action,
    startTime: new Date(row.started_at),
    lastUpdateTime: new Date(row.updated_at),
    ...(row.updated_by === null ? {} : { updatedBy: row.updated_by }),
    status: row.status as 'InProgress',
    input: {
      actionTypeId: { category: category as 'Build', owner: owner as 'AWS', provider, version },
      configuration: { ...action?.configuration },
      ...(resolved === undefined ? {} : { resolvedConfiguration: resolved }),
      ...(action?.roleArn === undefined ? {} : { roleArn: action.roleArn }),
      region: action?.region ?? scope.region,
      inputArtifacts: artifactDetails(row.inputs),
      ...(action?.namespace === undefined ? {} : { namespace: action.namespace }),
    },
    output: outputOf(row),
  };
}

function outputOf(row: ActionRow): NonNullable<ActionExecutionDetail['output']> {
  const summary = row.summary ?? row.error_message;
  return {
    outputArtifacts: row.status === 'Succeeded' ? artifactDetails(row.outputs) : [],
    executionResult: {
      ...(row.external_id === null ? {} : { externalExecutionId: row.external_id }),
      ...(summary === null ? {} : { externalExecutionSummary: summary }),
      ...(row.external_url === null ? {} : { externalExecutionUrl: row.external_url }),
      ...(row.error_code === null
        ? {}
        : { errorDetails: { code: row.error_code, message: row.error_message ?? '' } }),
    },
    outputVariables:
      row.variables === null ? {} : { ...(JSON.parse(row.variables) as Record<string, string>) },
  };
}

function artifactDetails(json: string | null): ArtifactDetail[] {
  const artifacts = json === null ? [] : (JSON.parse(json) as StoredArtifact[]);
  return artifacts.map(({ name, bucket, key }) => ({ name, s3location: { bucket, key } }));
}
