import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { Scope } from '../../kernel/scope.ts';
import type { Principal } from '../../wire/operation.ts';
import type { ServiceRoom } from '../../wire/room.ts';

export interface CommitInfo {
  readonly commitId: string;
  readonly message: string;
  readonly authorName: string;
  /** Milliseconds. */
  readonly authorDate: number;
  readonly committerDate: number;
}

/** Who a git request comes from, and the region it is for when its credentials say so. */
export interface GitPrincipal extends Principal {
  readonly region?: string;
}

/** Who a git request over HTTP comes from, found by its Basic credentials. */
export type GitAuthenticator = (
  userName: string,
  password: string,
  request: IncomingMessage,
) => Promise<GitPrincipal | undefined>;

export interface CloneOptions {
  /** How many commits of history. */
  readonly depth?: number | undefined;
  readonly signal?: AbortSignal;
}

export interface CodeCommitRoom extends ServiceRoom {
  /** The commit a branch stands at; undefined when repository or branch are missing. */
  branchHead(scope: Scope, repository: string, branch: string): Promise<CommitInfo | undefined>;
  /** A commit by id. */
  commit(scope: Scope, repository: string, commitId: string): Promise<CommitInfo | undefined>;
  /** A commit by full id, branch, tag, full ref or `HEAD` (the default branch). The repository must exist. */
  resolve(scope: Scope, repository: string, specifier: string): Promise<CommitInfo | undefined>;
  /** The files of a commit as a zip (mode bits kept), without `.git`. */
  archiveZip(scope: Scope, repository: string, commitId: string): Promise<Readable>;
  /** Runs the work while nobody pushes to the repository and git does not pack it anew. */
  atRest<T>(repositoryId: string, work: () => Promise<T>): Promise<T>;
  /** A working copy at this commit in an empty folder, with the whole history unless a depth is given. */
  cloneInto(
    scope: Scope,
    repository: string,
    commitId: string,
    folder: string,
    options?: CloneOptions,
  ): Promise<void>;
  /**
   * Smart HTTP at `/v1/repos/<name>/…`. True when the request was a git request and is answered (also when refused).
   * The region is the server's own unless the user name says otherwise.
   */
  serveGit(request: IncomingMessage, response: ServerResponse, requestId: string): Promise<boolean>;
}
