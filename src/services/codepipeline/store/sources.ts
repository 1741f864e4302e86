import type { Reader, Tx } from '../../../kernel/database/port.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { PipelineDefinition } from '../model/definition.ts';

/** A source action that a change concerns. */
export interface SourceRow {
  readonly pipeline_id: string;
  readonly pipeline_account: string;
  readonly pipeline_region: string;
  readonly action: string;
  /** 1 when the change itself starts the pipeline, without an event rule. */
  readonly push: number;
}

/** What a source listens to: a branch, or an object. Names hold no newline. */
export const branchKey = (repository: string, branch: string): string => `${repository}\n${branch}`;
export const objectKey = (bucket: string, key: string): string => `${bucket}\n${key}`;

/** Keeps the index of who waits for which change in step with the newest version. */
export async function replaceSources(
  tx: Tx,
  home: Scope,
  pipelineId: string,
  definition: PipelineDefinition,
): Promise<void> {
  await removeSources(tx, home, pipelineId);
  for (const action of definition.stages[0]?.actions ?? []) {
    const configuration = action.configuration ?? {};
    const { provider } = action.actionTypeId;
    const source =
      provider === 'S3'
        ? objectKey(configuration['S3Bucket'] ?? '', configuration['S3ObjectKey'] ?? '')
        : branchKey(configuration['RepositoryName'] ?? '', configuration['BranchName'] ?? '');
    const push = configuration['PollForSourceChanges']?.toLowerCase() === 'false' ? 0 : 1;
    await tx.execute(
      `insert into codepipeline_sources (account, region, provider, source, pipeline_id, action, push,
         pipeline_account, pipeline_region) values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        action.roleArn?.split(':')[4] ?? home.account,
        action.region ?? home.region,
        provider,
        source,
        pipelineId,
        action.name,
        push,
        home.account,
        home.region,
      ],
    );
  }
}

export async function removeSources(tx: Tx, home: Scope, pipelineId: string): Promise<void> {
  await tx.execute(
    'delete from codepipeline_sources where pipeline_account = ? and pipeline_region = ? and pipeline_id = ?',
    [home.account, home.region, pipelineId],
  );
}

export async function findSources(
  reader: Reader,
  scope: Scope,
  provider: 'CodeCommit' | 'S3',
  source: string,
): Promise<readonly SourceRow[]> {
  return await reader.query<SourceRow>(
    `select pipeline_id, pipeline_account, pipeline_region, action, push from codepipeline_sources
     where account = ? and region = ? and provider = ? and source = ?
     order by pipeline_account, pipeline_region, pipeline_id, action`,
    [scope.account, scope.region, provider, source],
  );
}
