import type {
  Commit as ApiCommit,
  BatchGetCommitsCommandInput,
  BatchGetCommitsCommandOutput,
  GetCommitCommandInput,
  GetCommitCommandOutput,
} from '@aws-sdk/client-codecommit';
import { ApiError } from '../../../kernel/errors.ts';
import { operation, type ServiceOperations } from '../../../wire/operation.ts';
import { checkCommitId } from '../checks.ts';
import { type KnownCommit, readCommit } from '../commits.ts';
import { type Signature, signatureDate } from '../model/commit.ts';
import { isObjectId } from '../model/names.ts';
import type { CodeCommitParts } from '../parts.ts';
import { needRepository } from '../repositories.ts';
import { repositoryResource } from './repositories.ts';

const MAX_BATCH = 100;

export function commitOperations(parts: CodeCommitParts): ServiceOperations {
  return {
    GetCommit: operation<GetCommitCommandInput, GetCommitCommandOutput>({
      mutates: false,
      resources: repositoryResource,
      async handler(input, { scope }) {
        const id = checkCommitId(input.commitId);
        const repository = await needRepository(parts, scope, input.repositoryName);
        const commit = await readCommit(parts, repository, id);
        if (!commit) throw new ApiError('CommitIdDoesNotExistException', `The commit ${id} does not exist.`);
        return { commit: describe(commit), $metadata: {} };
      },
    }),

    BatchGetCommits: operation<BatchGetCommitsCommandInput, BatchGetCommitsCommandOutput>({
      mutates: false,
      resources: repositoryResource,
      async handler(input, { scope }) {
        const ids = [...new Set(input.commitIds ?? [])];
        if (ids.length === 0) {
          throw new ApiError('CommitIdsListRequiredException', 'At least one commit ID is required.');
        }
        if (ids.length > MAX_BATCH) {
          throw new ApiError(
            'CommitIdsLimitExceededException',
            `At most ${MAX_BATCH} commit IDs can be given.`,
          );
        }
        const repository = await needRepository(parts, scope, input.repositoryName);
        const commits = await Promise.all(ids.map((id) => readCommit(parts, repository, id)));
        return {
          commits: commits.flatMap((commit) => (commit ? [describe(commit)] : [])),
          errors: ids
            .filter((_, n) => !commits[n])
            .map((commitId) => ({
              commitId,
              errorCode: isObjectId(commitId) ? 'CommitDoesNotExistException' : 'InvalidCommitIdException',
              errorMessage: `The commit ${commitId} does not exist.`,
            })),
          $metadata: {},
        };
      },
    }),
  };
}

function describe(commit: KnownCommit): ApiCommit {
  return {
    commitId: commit.id,
    treeId: commit.treeId,
    parents: [...commit.parents],
    message: commit.message,
    author: person(commit.author),
    committer: person(commit.committer),
    additionalData: '',
  };
}

function person(signature: Signature) {
  return { name: signature.name, email: signature.email, date: signatureDate(signature) };
}
