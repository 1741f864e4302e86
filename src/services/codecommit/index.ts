import { setTimeout as delay } from 'node:timers/promises';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Scope } from '../../kernel/scope.ts';
import { cloneInto } from './clone.ts';
import { archiveZip, branchHead, commitById, resolveByName } from './commits.ts';
import type { CodeCommitRoom, GitAuthenticator } from './face.ts';
import type { GitLimits } from './git/environment.ts';
import { serveGit } from './http/serve.ts';
import { branchOperations } from './operations/branches.ts';
import { commitOperations } from './operations/commits.ts';
import { createCommitOperations } from './operations/create-commit.ts';
import { differenceOperations } from './operations/differences.ts';
import { listRepositoryOperations } from './operations/list-repositories.ts';
import { putFileOperations } from './operations/put-file.ts';
import { readFileOperations } from './operations/read-files.ts';
import { repositoryOperations } from './operations/repositories.ts';
import { tagOperations } from './operations/tags.ts';
import { createParts } from './parts.ts';
import { reconcile } from './reconcile.ts';
import { codeCommitMigrations } from './tables.ts';
import { codeCommitTasks, maintenance } from './tasks.ts';

export type { CodeCommitRoom, CommitInfo, GitAuthenticator, GitPrincipal } from './face.ts';
export { createGitAuthenticator } from './http/authenticator.ts';

const STOP_MS = 5_000;

export interface CodeCommitDeps {
  readonly authenticate: GitAuthenticator;
  /** Its region is that of git requests whose credentials name none. */
  readonly defaultScope: Scope;
  readonly limits?: GitLimits;
}

/** Git hosting: repositories over the API and over smart HTTP. */
export function createCodeCommitRoom(kernel: Kernel, deps: CodeCommitDeps): CodeCommitRoom {
  const parts = createParts(kernel, deps.limits);
  const door = { parts, authenticate: deps.authenticate, defaultScope: deps.defaultScope };
  return {
    name: 'codecommit',
    migrations: codeCommitMigrations,
    aggregates: [],
    tasks: codeCommitTasks(parts),
    start: () => reconcile(parts),
    async stop() {
      // A push under way is announced; one that takes longer is so on the next start.
      await Promise.race([parts.locks.idle(), delay(STOP_MS, undefined, { ref: false })]);
      parts.objects.close();
    },
    operations: {
      codecommit: {
        ...repositoryOperations(parts),
        ...listRepositoryOperations(parts),
        ...branchOperations(parts),
        ...commitOperations(parts),
        ...readFileOperations(parts),
        ...differenceOperations(parts),
        ...putFileOperations(parts),
        ...createCommitOperations(parts),
        ...tagOperations(parts),
      },
    },
    atRest: (id, work) => parts.locks.hold(maintenance(id), () => parts.locks.hold(id, work)),
    serveGit: (request, response, requestId) => serveGit(door, request, response, requestId),
    branchHead: (scope, repository, branch) => branchHead(parts, scope, repository, branch),
    commit: (scope, repository, commitId) => commitById(parts, scope, repository, commitId),
    resolve: (scope, repository, specifier) => resolveByName(parts, scope, repository, specifier),
    archiveZip: (scope, repository, commitId) => archiveZip(parts, scope, repository, commitId),
    cloneInto: (scope, repository, commitId, folder, options) =>
      cloneInto(parts, scope, repository, commitId, folder, options),
  };
}
