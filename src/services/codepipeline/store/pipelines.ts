import type { Reader, Tx } from '../../../kernel/database/port.ts';
import { ApiError, Fault } from '../../../kernel/errors.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { PipelineDefinition } from '../model/definition.ts';
import type { PipelineRow } from '../tables.ts';

export async function findPipeline(
  reader: Reader,
  scope: Scope,
  name: string,
): Promise<PipelineRow | undefined> {
  const rows = await reader.query<PipelineRow>(
    'select * from codepipeline_pipelines where account = ? and region = ? and name = ?',
    [scope.account, scope.region, name],
  );
  return rows[0];
}

/** Refuses with `PipelineNotFoundException`. */
export async function requirePipeline(reader: Reader, scope: Scope, name: string): Promise<PipelineRow> {
  const row = await findPipeline(reader, scope, name);
  if (!row) throw pipelineNotFound(scope, name);
  return row;
}

export function pipelineNotFound(scope: Scope, name: string): ApiError {
  return new ApiError(
    'PipelineNotFoundException',
    `Account '${scope.account}' does not have a pipeline with name '${name}'`,
  );
}

export async function pipelineById(
  reader: Reader,
  scope: Scope,
  pipelineId: string,
): Promise<PipelineRow | undefined> {
  const rows = await reader.query<PipelineRow>(
    'select * from codepipeline_pipelines where account = ? and region = ? and pipeline_id = ?',
    [scope.account, scope.region, pipelineId],
  );
  return rows[0];
}

export async function insertDefinition(
  tx: Tx,
  scope: Scope,
  pipelineId: string,
  definition: PipelineDefinition,
  now: number,
): Promise<void> {
  await tx.execute(
    `insert into codepipeline_definitions (account, region, pipeline_id, version, definition, at)
     values (?, ?, ?, ?, ?, ?)`,
    [scope.account, scope.region, pipelineId, definition.version ?? 1, JSON.stringify(definition), now],
  );
}

export async function findDefinition(
  reader: Reader,
  scope: Scope,
  pipelineId: string,
  version: number,
): Promise<PipelineDefinition | undefined> {
  const rows = await reader.query<{ definition: string }>(
    `select definition from codepipeline_definitions
     where account = ? and region = ? and pipeline_id = ? and version = ?`,
    [scope.account, scope.region, pipelineId, version],
  );
  const text = rows[0]?.definition;
  return text === undefined ? undefined : (JSON.parse(text) as PipelineDefinition);
}

/** The definition that an execution is pinned to: always there while the execution is. */
export async function pinnedDefinition(
  reader: Reader,
  scope: Scope,
  pipelineId: string,
  version: number,
): Promise<PipelineDefinition> {
  const found = await findDefinition(reader, scope, pipelineId, version);
  if (!found) throw new Fault(`definition ${version} of pipeline ${pipelineId} is missing`);
  return found;
}
