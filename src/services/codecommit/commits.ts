import type { Readable } from 'node:stream';
import { ApiError } from '../../kernel/errors.ts';
import type { Scope } from '../../kernel/scope.ts';
import type { CommitInfo } from './face.ts';
import { type Commit, parseCommit } from './model/commit.ts';
import { isObjectId } from './model/names.ts';
import { HEADS, isBranchName, TAGS } from './model/ref-name.ts';
import type { CodeCommitParts } from './parts.ts';
import { announcedRef, findRepository, needRepository, type Repository } from './repositories.ts';

/** Bytes of a commit's own text that are read into memory. */
const MAX_COMMIT = 4 * 1024 * 1024;

export interface KnownCommit extends Commit {
  readonly id: string;
}

/** A commit by its full id; undefined when there is none, or the object is something else. */
export async function readCommit(
  parts: CodeCommitParts,
  repository: Repository,
  id: string,
): Promise<KnownCommit | undefined> {
  const info = await parts.objects.info(repository.dir, id);
  if (info?.type !== 'commit' || info.size > MAX_COMMIT) return undefined;
  const object = await parts.objects.read(repository.dir, id);
  return object && { id, ...parseCommit(object.content) };
}

/** What a request calls a commit: a full id, a branch, a tag, a full ref, or `HEAD`. Undefined when nothing matches. */
export async function resolveCommit(
  parts: CodeCommitParts,
  repository: Repository,
  specifier: string,
): Promise<KnownCommit | undefined> {
  if (isObjectId(specifier)) {
    const commit = await readCommit(parts, repository, specifier);
    if (commit) return commit;
  }
  for (const name of refCandidates(repository, specifier)) {
    const ref = await announcedRef(parts.kernel.database.read, repository, name);
    if (ref) return readCommit(parts, repository, ref.commitId);
  }
  return undefined;
}

function refCandidates(repository: Repository, specifier: string): readonly string[] {
  if (specifier === 'HEAD') return repository.defaultBranch ? [HEADS + repository.defaultBranch] : [];
  if (specifier.startsWith('refs/')) return [specifier];
  return [HEADS + specifier, TAGS + specifier];
}

export function commitInfo(commit: KnownCommit): CommitInfo {
  return {
    commitId: commit.id,
    message: commit.message,
    authorName: commit.author.name,
    authorDate: commit.author.seconds * 1000,
    committerDate: commit.committer.seconds * 1000,
  };
}

export async function branchHead(
  parts: CodeCommitParts,
  scope: Scope,
  name: string,
  branch: string,
): Promise<CommitInfo | undefined> {
  const repository = await findRepository(parts, scope, name);
  if (!repository || !isBranchName(branch)) return undefined;
  const ref = await announcedRef(parts.kernel.database.read, repository, HEADS + branch);
  const commit = ref && (await readCommit(parts, repository, ref.commitId));
  return commit && commitInfo(commit);
}

export async function commitById(
  parts: CodeCommitParts,
  scope: Scope,
  name: string,
  commitId: string,
): Promise<CommitInfo | undefined> {
  const repository = await findRepository(parts, scope, name);
  const commit = repository && (await readCommit(parts, repository, commitId));
  return commit && commitInfo(commit);
}

export async function resolveByName(
  parts: CodeCommitParts,
  scope: Scope,
  name: string,
  specifier: string,
): Promise<CommitInfo | undefined> {
  const commit = await resolveCommit(parts, await needRepository(parts, scope, name), specifier);
  return commit && commitInfo(commit);
}

/** git's own zip of a commit, as it is written: executables keep their bit, symlinks stay symlinks. */
export async function archiveZip(
  parts: CodeCommitParts,
  scope: Scope,
  name: string,
  commitId: string,
): Promise<Readable> {
  const repository = await needRepository(parts, scope, name);
  if (!(await readCommit(parts, repository, commitId))) {
    throw new ApiError('CommitDoesNotExistException', `The commit ${commitId} does not exist in ${name}.`);
  }
  return parts.git.stream(repository.dir, ['archive', '--format=zip', '-6', '--end-of-options', commitId]);
}
