import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ApiError } from '../../kernel/errors.ts';
import type { Scope } from '../../kernel/scope.ts';
import { readCommit } from './commits.ts';
import type { CloneOptions } from './face.ts';
import { isObjectId } from './model/names.ts';
import type { CodeCommitParts } from './parts.ts';
import { needRepository } from './repositories.ts';

const BRANCHES = '+refs/heads/*:refs/remotes/origin/*';
const TAGS = '+refs/tags/*:refs/tags/*';
/** The clone is a working copy that can be made again: it need not be on disk before git goes on. */
const UNSYNCED = ['-c', 'core.fsync=none'];

/**
 * A working copy in an empty folder, the commit checked out without a branch, and `origin` where users clone it from:
 * with every branch, every tag and the whole history, or with the last few commits that lead here when a depth is given.
 */
export async function cloneInto(
  parts: CodeCommitParts,
  scope: Scope,
  name: string,
  commitId: string,
  folder: string,
  { depth, signal }: CloneOptions = {},
): Promise<void> {
  const repository = await needRepository(parts, scope, name);
  if (!isObjectId(commitId) || !(await readCommit(parts, repository, commitId))) {
    throw new ApiError('CommitDoesNotExistException', `The commit ${commitId} does not exist in ${name}.`);
  }
  const dir = join(folder, '.git');
  const input = signal ? { signal } : {};
  const git = (...args: string[]) => parts.git.run(dir, [...UNSYNCED, ...args], input);
  const fetch = (options: readonly string[], ...refs: string[]) =>
    git('fetch', '--quiet', '--no-tags', '--no-write-fetch-head', ...options, '--', repository.dir, ...refs);
  await mkdir(dir, { recursive: true });
  await git('init', '--quiet', '--template=', '.');
  // Run inside of `.git`, it is taken for a bare one.
  await git('config', 'core.bare', 'false');
  if (depth !== undefined) await fetch(['--depth', String(depth)], commitId);
  else {
    await fetch([], BRANCHES, TAGS);
    // No branch may lead to it any more.
    const { code } = await parts.git.try(dir, ['cat-file', '-e', `${commitId}^{commit}`], input);
    if (code !== 0) await fetch([], commitId);
  }
  await git('config', 'remote.origin.url', `${parts.kernel.endpoint()}/v1/repos/${repository.name}`);
  await git('config', 'remote.origin.fetch', BRANCHES);
  await parts.git.run(dir, [...UNSYNCED, 'checkout', '--quiet', '--force', '--detach', commitId], {
    ...input,
    env: { GIT_WORK_TREE: folder },
  });
}
