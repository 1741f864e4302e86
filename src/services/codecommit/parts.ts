import { join } from 'node:path';
import type { Kernel } from '../../kernel/kernel.ts';
import { DEFAULT_GIT_LIMITS, type GitLimits } from './git/environment.ts';
import { createObjectReader, type ObjectReader } from './git/object-reader.ts';
import { createGit, type Git } from './git/run.ts';
import { createRepositoryLocks, type RepositoryLocks } from './locks.ts';

/** What everything in this room works with. */
export interface CodeCommitParts {
  readonly kernel: Kernel;
  readonly git: Git;
  readonly objects: ObjectReader;
  readonly locks: RepositoryLocks;
  readonly limits: GitLimits;
  /** Folder above all repositories. */
  readonly root: string;
}

export function createParts(kernel: Kernel, limits: GitLimits = DEFAULT_GIT_LIMITS): CodeCommitParts {
  const git = createGit(limits);
  return {
    kernel,
    git,
    objects: createObjectReader(git),
    locks: createRepositoryLocks(kernel.database),
    limits,
    root: join(kernel.dataDir, 'git'),
  };
}
