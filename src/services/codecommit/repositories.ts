import type { Reader } from '../../kernel/database/port.ts';
import { ApiError } from '../../kernel/errors.ts';
import type { Scope } from '../../kernel/scope.ts';
import { checkRepositoryName } from './checks.ts';
import { repositoryFolder } from './git/folders.ts';
import type { Ref } from './model/ref-changes.ts';
import type { CodeCommitParts } from './parts.ts';
import type { CodeCommitTables, RepositoryRow } from './tables.ts';

/** A repository as this room works with it. */
export interface Repository {
  readonly scope: Scope;
  readonly id: string;
  readonly name: string;
  readonly description: string | undefined;
  readonly defaultBranch: string | undefined;
  /** Domain milliseconds. */
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly dir: string;
}

export function toRepository(parts: CodeCommitParts, row: RepositoryRow): Repository {
  const scope = { account: row.account, region: row.region };
  return {
    scope,
    id: row.id,
    name: row.name,
    description: row.description ?? undefined,
    defaultBranch: row.default_branch ?? undefined,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    dir: repositoryFolder(parts.root, scope, row.id),
  };
}

export async function findRepository(
  parts: CodeCommitParts,
  scope: Scope,
  name: string,
  reader: Reader = parts.kernel.database.read,
): Promise<Repository | undefined> {
  const row = await reader
    .tables<CodeCommitTables>()
    .selectFrom('codecommit_repositories')
    .selectAll()
    .where('account', '=', scope.account)
    .where('region', '=', scope.region)
    .where('name', '=', name)
    .executeTakeFirst();
  return row && toRepository(parts, row);
}

export function repositoryMissing(name: string): ApiError {
  return new ApiError('RepositoryDoesNotExistException', `${name} does not exist`);
}

/** The repository a request names, or AWS's refusal. */
export async function needRepository(
  parts: CodeCommitParts,
  scope: Scope,
  name: string | undefined,
  reader?: Reader,
): Promise<Repository> {
  const checked = checkRepositoryName(name);
  const found = await findRepository(parts, scope, checked, reader);
  if (!found) throw repositoryMissing(checked);
  return found;
}

/** Refs as announced, by full name, sorted. */
export async function announcedRefs(
  reader: Reader,
  repository: Pick<Repository, 'scope' | 'id'>,
): Promise<Ref[]> {
  const rows = await reader.query<{ name: string; object_id: string; commit_id: string }>(
    `select name, object_id, commit_id from codecommit_refs
     where account = ? and region = ? and repository_id = ? order by name`,
    [repository.scope.account, repository.scope.region, repository.id],
  );
  return rows.map((row) => ({ name: row.name, objectId: row.object_id, commitId: row.commit_id }));
}

export async function announcedRef(
  reader: Reader,
  repository: Pick<Repository, 'scope' | 'id'>,
  fullName: string,
): Promise<Ref | undefined> {
  const rows = await reader.query<{ object_id: string; commit_id: string }>(
    `select object_id, commit_id from codecommit_refs
     where account = ? and region = ? and repository_id = ? and name = ?`,
    [repository.scope.account, repository.scope.region, repository.id, fullName],
  );
  return rows[0] && { name: fullName, objectId: rows[0].object_id, commitId: rows[0].commit_id };
}
