import type {
  DeleteFileCommandInput,
  DeleteFileCommandOutput,
  PutFileCommandInput,
  PutFileCommandOutput,
} from '@aws-sdk/client-codecommit';
import { ApiError } from '../../../kernel/errors.ts';
import { operation, type ServiceOperations } from '../../../wire/operation.ts';
import { checkBranchName, checkPath } from '../checks.ts';
import { objectId } from '../git/pack.ts';
import { keepFolders } from '../keep-folders.ts';
import type { CodeCommitParts } from '../parts.ts';
import { needRepository } from '../repositories.ts';
import { entryAt } from '../trees.ts';
import { writeCommit } from '../write-commit.ts';
import { checkAuthor, checkContent, checkMessage, checkMode, checkParent } from './commit-input.ts';
import { repositoryResource } from './repositories.ts';

export function putFileOperations(parts: CodeCommitParts): ServiceOperations {
  return {
    PutFile: operation<PutFileCommandInput, PutFileCommandOutput>({
      mutates: true,
      actsOutside: true,
      resources: repositoryResource,
      async handler(input, context) {
        const branch = checkBranchName(input.branchName);
        const path = checkPath(input.filePath);
        if (input.fileContent === undefined) {
          throw new ApiError('FileContentRequiredException', 'The content of the file is required.');
        }
        const content = checkContent(input.fileContent);
        const author = checkAuthor(parts, context, input);
        const repository = await needRepository(parts, context.scope, input.repositoryName);
        const written = await parts.locks.hold(repository.id, async () => {
          const parent = await checkParent(parts, repository, branch, input.parentCommitId);
          const before = parent && (await entryAt(parts, repository, parent.treeId, path));
          const mode = checkMode(input.fileMode, before?.mode === '100755' ? '100755' : '100644');
          if (before?.id === objectId({ type: 'blob', content }) && before.mode === mode) {
            throw new ApiError('SameFileContentException', `The file ${path} has this content already.`);
          }
          return writeCommit(parts, repository, {
            branch,
            parent,
            deletes: [],
            puts: [{ path, mode, content }],
            author,
            message: checkMessage(input.commitMessage, `${before ? 'Edited' : 'Added'} ${path}`),
            caller: context.principal.arn,
          });
        });
        return {
          commitId: written.commitId,
          treeId: written.treeId,
          blobId: written.blobIds[0] as string,
          $metadata: {},
        };
      },
    }),

    DeleteFile: operation<DeleteFileCommandInput, DeleteFileCommandOutput>({
      mutates: true,
      actsOutside: true,
      resources: repositoryResource,
      async handler(input, context) {
        const branch = checkBranchName(input.branchName);
        const path = checkPath(input.filePath);
        const author = checkAuthor(parts, context, input);
        const repository = await needRepository(parts, context.scope, input.repositoryName);
        const { written, blobId } = await parts.locks.hold(repository.id, async () => {
          const parent = await checkParent(parts, repository, branch, input.parentCommitId);
          const before = parent && (await entryAt(parts, repository, parent.treeId, path));
          if (!before || before.mode === '40000' || before.mode === '160000') {
            throw new ApiError('FileDoesNotExistException', `The file ${path} does not exist.`);
          }
          const puts = input.keepEmptyFolders
            ? await keepFolders(parts, repository, parent?.treeId, [path], [])
            : [];
          return {
            blobId: before.id,
            written: await writeCommit(parts, repository, {
              branch,
              parent,
              deletes: [path],
              puts,
              author,
              message: checkMessage(input.commitMessage, `Deleted ${path}`),
              caller: context.principal.arn,
            }),
          };
        });
        return {
          commitId: written.commitId,
          treeId: written.treeId,
          blobId,
          filePath: path,
          $metadata: {},
        };
      },
    }),
  };
}
