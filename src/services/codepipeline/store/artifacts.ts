import type { Reader, SqlValue, Tx } from '../../../kernel/database/port.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { ArtifactPlace } from '../model/artifact-places.ts';
import type { ArtifactRow } from '../tables.ts';

/** Where an artifact of an execution lies. */
export type StoredArtifact = ArtifactPlace;

/** The revision that a source action found. */
export interface Revision {
  readonly id: string;
  readonly summary?: string;
  readonly url?: string;
  /** S3: the version id again; CodeCommit: the commit. */
  readonly changeIdentifier?: string;
  /** Domain milliseconds of the change. */
  readonly created?: number;
}

export async function putArtifacts(
  tx: Tx,
  scope: Scope,
  executionId: string,
  action: string,
  artifacts: readonly StoredArtifact[],
  now: number,
  revision?: Revision,
): Promise<void> {
  for (const artifact of artifacts) {
    await tx.execute(
      `insert into codepipeline_artifacts (account, region, execution_id, name, action, bucket, object_key,
         revision_id, revision_summary, revision_url, change_identifier, created_at, is_source)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       on conflict (account, region, execution_id, name) do update set action = excluded.action,
         bucket = excluded.bucket, object_key = excluded.object_key, revision_id = excluded.revision_id,
         revision_summary = excluded.revision_summary, revision_url = excluded.revision_url,
         change_identifier = excluded.change_identifier, created_at = excluded.created_at`,
      [
        scope.account,
        scope.region,
        executionId,
        artifact.name,
        action,
        artifact.bucket,
        artifact.key,
        revision?.id ?? null,
        revision?.summary ?? null,
        revision?.url ?? null,
        revision?.changeIdentifier ?? null,
        revision?.created ?? now,
        revision ? 1 : 0,
      ],
    );
  }
}

export async function artifactsOf(
  reader: Reader,
  scope: Scope,
  executionId: string,
): Promise<readonly ArtifactRow[]> {
  return await reader.query<ArtifactRow>(
    'select * from codepipeline_artifacts where account = ? and region = ? and execution_id = ? order by name',
    [scope.account, scope.region, executionId],
  );
}

/** Source revisions of several executions at once, for lists. */
export async function sourceRevisions(
  reader: Reader,
  scope: Scope,
  executionIds: readonly string[],
): Promise<ReadonlyMap<string, readonly ArtifactRow[]>> {
  const found = new Map<string, ArtifactRow[]>();
  if (executionIds.length === 0) return found;
  const values: SqlValue[] = [scope.account, scope.region, ...executionIds];
  const rows = await reader.query<ArtifactRow>(
    `select * from codepipeline_artifacts where account = ? and region = ? and is_source = 1
       and execution_id in (${executionIds.map(() => '?').join(', ')}) order by execution_id, action`,
    values,
  );
  for (const row of rows) {
    const of = found.get(row.execution_id);
    if (of) of.push(row);
    else found.set(row.execution_id, [row]);
  }
  return found;
}
