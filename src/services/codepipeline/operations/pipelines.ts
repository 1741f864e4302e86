import type {
  CreatePipelineInput,
  CreatePipelineOutput,
  DeletePipelineInput,
  GetPipelineInput,
  GetPipelineOutput,
  ListPipelinesInput,
  ListPipelinesOutput,
  PipelineDeclaration,
  UpdatePipelineInput,
  UpdatePipelineOutput,
} from '@aws-sdk/client-codepipeline';
import { ApiError } from '../../../kernel/errors.ts';
import { newId } from '../../../kernel/ids.ts';
import { operation, type RequestContext, type ServiceOperations } from '../../../wire/operation.ts';
import { announcePipeline } from '../aggregates.ts';
import { pipelineArn } from '../arn.ts';
import type { PipelineDefinition } from '../model/definition.ts';
import { pipelineVariables } from '../model/variables.ts';
import type { CodePipelineParts } from '../parts.ts';
import { startExecution } from '../start-execution.ts';
import { findDefinition, findPipeline, insertDefinition, requirePipeline } from '../store/pipelines.ts';
import { replaceSources } from '../store/sources.ts';
import type { PipelineRow } from '../tables.ts';
import type { Checked } from './checked.ts';
import { checkedDefinition, requireRole } from './definition-input.ts';
import { deletePipeline } from './delete-pipeline.ts';
import { pageOf, pageToken, readToken } from './paging.ts';
import { mergeTags, tagList } from './tags.ts';

const PAGE = 1000;

/** Pipelines themselves: create, read, change, delete, list. */
export function pipelineOperations(parts: CodePipelineParts): ServiceOperations {
  const { kernel } = parts;
  return {
    CreatePipeline: operation<Checked<CreatePipelineInput>, CreatePipelineOutput>({
      mutates: true,
      resources: ofDeclared,
      handler: (input, context) => createPipeline(parts, input, context),
    }),
    UpdatePipeline: operation<Checked<UpdatePipelineInput>, UpdatePipelineOutput>({
      mutates: true,
      resources: ofDeclared,
      handler: (input, context) => updatePipeline(parts, input, context),
    }),
    GetPipeline: operation<Checked<GetPipelineInput>, GetPipelineOutput>({
      mutates: false,
      resources: ofNamed,
      handler: async (input, { scope }) => {
        const { read } = kernel.database;
        const row = await requirePipeline(read, scope, input.name);
        const version = input.version ?? row.version;
        const definition = await findDefinition(read, scope, row.pipeline_id, version);
        if (!definition) {
          throw new ApiError(
            'PipelineVersionNotFoundException',
            `The pipeline '${input.name}' has no version ${version}`,
          );
        }
        return {
          pipeline: definition as PipelineDeclaration,
          metadata: {
            pipelineArn: pipelineArn(scope, row.name),
            created: new Date(row.created_at),
            updated: new Date(row.updated_at),
          },
        };
      },
    }),
    DeletePipeline: operation<Checked<DeletePipelineInput>, Record<string, never>>({
      mutates: true,
      resources: ofNamed,
      handler: async (input, { scope }) => {
        await kernel.database.transaction((tx) => deletePipeline(parts, tx, scope, input.name));
        return {};
      },
    }),
    ListPipelines: operation<ListPipelinesInput, ListPipelinesOutput>({
      mutates: false,
      handler: (input, context) => listPipelines(parts, input, context),
    }),
  };
}

function ofDeclared(input: { pipeline: PipelineDeclaration }, { scope }: RequestContext): string[] {
  return [pipelineArn(scope, input.pipeline.name ?? '')];
}

function ofNamed(input: { name: string }, { scope }: RequestContext): string[] {
  return [pipelineArn(scope, input.name)];
}

async function createPipeline(
  parts: CodePipelineParts,
  input: Checked<CreatePipelineInput>,
  { scope, principal }: RequestContext,
): Promise<CreatePipelineOutput> {
  const { kernel } = parts;
  const definition = checkedDefinition(parts, scope.region, input.pipeline as PipelineDefinition, 1);
  const tags = mergeTags({}, input.tags ?? []);
  await kernel.database.transaction(async (tx) => {
    await requireRole(parts, tx, definition.roleArn);
    const now = kernel.clock.now();
    const pipelineId = newId();
    const inserted = await tx.execute(
      `insert into codepipeline_pipelines (account, region, name, pipeline_id, version, pipeline_type, execution_mode,
         created_at, updated_at, last_order, tags) values (?, ?, ?, ?, 1, ?, ?, ?, ?, 0, ?)
       on conflict (account, region, name) do nothing`,
      [
        scope.account,
        scope.region,
        definition.name,
        pipelineId,
        definition.pipelineType ?? 'V1',
        definition.executionMode ?? 'SUPERSEDED',
        now,
        now,
        JSON.stringify(tags),
      ],
    );
    if (inserted === 0) {
      throw new ApiError(
        'PipelineNameInUseException',
        `A pipeline with the name '${definition.name}' already exists in account '${scope.account}'`,
      );
    }
    await insertDefinition(tx, scope, pipelineId, definition, now);
    await replaceSources(tx, scope, pipelineId, definition);
    const row = (await findPipeline(tx, scope, definition.name)) as PipelineRow;
    const trigger = { type: 'CreatePipeline', detail: principal.arn };
    // Where a variable has no default, somebody has to give it a value: the first start is theirs.
    const { problems } = pipelineVariables(definition.variables ?? [], []);
    if (problems.length === 0) await startExecution(parts, tx, scope, row, { trigger });
  });
  return { pipeline: definition as PipelineDeclaration, tags: tagList(tags) };
}

async function updatePipeline(
  parts: CodePipelineParts,
  input: Checked<UpdatePipelineInput>,
  { scope }: RequestContext,
): Promise<UpdatePipelineOutput> {
  const { kernel } = parts;
  const definition = await kernel.database.transaction(async (tx) => {
    const row = await requirePipeline(tx, scope, input.pipeline.name ?? '');
    const given = input.pipeline as PipelineDefinition;
    const next = checkedDefinition(parts, scope.region, given, row.version + 1);
    await requireRole(parts, tx, next.roleArn);
    const now = kernel.clock.now();
    const changed = await tx.execute(
      `update codepipeline_pipelines set version = ?, pipeline_type = ?, execution_mode = ?, updated_at = ?
       where account = ? and region = ? and name = ? and version = ?`,
      [
        row.version + 1,
        next.pipelineType ?? 'V1',
        next.executionMode ?? 'SUPERSEDED',
        now,
        scope.account,
        scope.region,
        row.name,
        row.version,
      ],
    );
    if (changed === 0) {
      throw new ApiError('ConcurrentModificationException', 'The pipeline was changed at the same time');
    }
    await insertDefinition(tx, scope, row.pipeline_id, next, now);
    await replaceSources(tx, scope, row.pipeline_id, next);
    announcePipeline(kernel, tx, scope, row.name);
    return next;
  });
  return { pipeline: definition as PipelineDeclaration };
}

async function listPipelines(
  { kernel }: CodePipelineParts,
  input: ListPipelinesInput,
  { scope }: RequestContext,
): Promise<ListPipelinesOutput> {
  const limit = input.maxResults ?? PAGE;
  const after = input.nextToken === undefined ? '' : readToken('pipelines', input.nextToken, ['string'])[0];
  const rows = await kernel.database.read.query<PipelineRow>(
    `select * from codepipeline_pipelines where account = ? and region = ? and name > ? order by name limit ?`,
    [scope.account, scope.region, after ?? '', limit + 1],
  );
  const { page, last } = pageOf(rows, limit);
  return {
    pipelines: page.map((row) => ({
      name: row.name,
      version: row.version,
      pipelineType: row.pipeline_type as 'V1' | 'V2',
      executionMode: row.execution_mode as 'SUPERSEDED' | 'QUEUED' | 'PARALLEL',
      created: new Date(row.created_at),
      updated: new Date(row.updated_at),
    })),
    ...(last ? { nextToken: pageToken('pipelines', last.name) } : {}),
  };
}
