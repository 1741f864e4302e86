import type {
  CreateBranchCommandInput,
  DeleteBranchCommandInput,
  DeleteBranchCommandOutput,
  GetBranchCommandInput,
  GetBranchCommandOutput,
  ListBranchesCommandInput,
  ListBranchesCommandOutput,
  UpdateDefaultBranchCommandInput,
} from '@aws-sdk/client-codecommit';
import { ApiError } from '../../../kernel/errors.ts';
import { decodePageToken, encodePageToken } from '../../../pure/page-token.ts';
import { operation, type ServiceOperations } from '../../../wire/operation.ts';
import { alignHead } from '../announce.ts';
import { checkBranchName, checkCommitId } from '../checks.ts';
import { readCommit } from '../commits.ts';
import { NO_OBJECT } from '../git/refs.ts';
import type { Ref } from '../model/ref-changes.ts';
import { HEADS } from '../model/ref-name.ts';
import type { CodeCommitParts } from '../parts.ts';
import { announcedRef, needRepository, type Repository } from '../repositories.ts';
import { moveBranch } from '../write-commit.ts';
import { invalidToken } from './list-repositories.ts';
import { repositoryResource } from './repositories.ts';

const PAGE = 1000;

export function branchOperations(parts: CodeCommitParts): ServiceOperations {
  const { database, clock } = parts.kernel;
  const branchRef = (repository: Repository, branch: string): Promise<Ref | undefined> =>
    announcedRef(database.read, repository, HEADS + branch);

  return {
    CreateBranch: operation<CreateBranchCommandInput, object>({
      mutates: true,
      actsOutside: true,
      resources: repositoryResource,
      async handler(input, { scope, principal }) {
        const branch = checkBranchName(input.branchName);
        const commitId = checkCommitId(input.commitId);
        const repository = await needRepository(parts, scope, input.repositoryName);
        if (!(await readCommit(parts, repository, commitId))) {
          throw new ApiError('CommitDoesNotExistException', `The commit ${commitId} does not exist.`);
        }
        await parts.locks.hold(repository.id, async () => {
          if (await branchRef(repository, branch)) {
            throw new ApiError('BranchNameExistsException', `The branch ${branch} already exists.`);
          }
          await moveBranch(parts, repository, {
            branch,
            oldId: NO_OBJECT,
            newId: commitId,
            caller: principal.arn,
          });
        });
        return {};
      },
    }),

    GetBranch: operation<GetBranchCommandInput, GetBranchCommandOutput>({
      mutates: false,
      resources: repositoryResource,
      async handler(input, { scope }) {
        const branch = checkBranchName(input.branchName);
        const repository = await needRepository(parts, scope, input.repositoryName);
        const ref = await branchRef(repository, branch);
        if (!ref) throw branchMissing(branch);
        return { branch: { branchName: branch, commitId: ref.commitId }, $metadata: {} };
      },
    }),

    ListBranches: operation<ListBranchesCommandInput, ListBranchesCommandOutput>({
      mutates: false,
      resources: repositoryResource,
      async handler(input, { scope }) {
        const repository = await needRepository(parts, scope, input.repositoryName);
        const list = `branches/${repository.id}`;
        const after = input.nextToken === undefined ? HEADS : decodePageToken(list, input.nextToken);
        if (after === undefined) throw invalidToken();
        const rows = await database.read.query<{ name: string }>(
          `select name from codecommit_refs where account = ? and region = ? and repository_id = ?
             and name > ? and name < ? order by name limit ?`,
          // `0` is the character behind the slash that ends `refs/heads/`.
          [scope.account, scope.region, repository.id, after, 'refs/heads0', PAGE + 1],
        );
        const page = rows.slice(0, PAGE).map((row) => row.name);
        const last = page.at(-1);
        return {
          branches: page.map((name) => name.slice(HEADS.length)),
          nextToken: rows.length > PAGE && last ? encodePageToken(list, last) : undefined,
          $metadata: {},
        };
      },
    }),

    // Deleting what is not there succeeds, as at AWS.
    DeleteBranch: operation<DeleteBranchCommandInput, DeleteBranchCommandOutput>({
      mutates: true,
      actsOutside: true,
      resources: repositoryResource,
      async handler(input, { scope, principal }) {
        const branch = checkBranchName(input.branchName);
        const { id } = await needRepository(parts, scope, input.repositoryName);
        const deleted = await parts.locks.hold(id, async () => {
          const repository = await needRepository(parts, scope, input.repositoryName);
          if (repository.defaultBranch === branch) {
            throw new ApiError(
              'DefaultBranchCannotBeDeletedException',
              `${branch} is the default branch and cannot be deleted. Make another branch the default first.`,
            );
          }
          const ref = await branchRef(repository, branch);
          if (!ref) return undefined;
          await moveBranch(parts, repository, {
            branch,
            oldId: ref.objectId,
            newId: NO_OBJECT,
            caller: principal.arn,
          });
          return { branchName: branch, commitId: ref.commitId };
        });
        return { deletedBranch: deleted, $metadata: {} };
      },
    }),

    UpdateDefaultBranch: operation<UpdateDefaultBranchCommandInput, object>({
      mutates: true,
      resources: repositoryResource,
      async handler(input, { scope }) {
        const branch = checkBranchName(input.defaultBranchName);
        const repository = await needRepository(parts, scope, input.repositoryName);
        await parts.locks.hold(repository.id, async () => {
          await database.transaction(async (tx) => {
            if (!(await announcedRef(tx, repository, HEADS + branch))) throw branchMissing(branch);
            await tx.execute(
              `update codecommit_repositories set default_branch = ?, updated_at = ?
               where account = ? and region = ? and id = ?`,
              [branch, clock.now(), scope.account, scope.region, repository.id],
            );
          });
          await alignHead(parts, repository, branch);
        });
        return {};
      },
    }),
  };
}

export function branchMissing(branch: string): ApiError {
  return new ApiError('BranchDoesNotExistException', `The branch ${branch} does not exist.`);
}
