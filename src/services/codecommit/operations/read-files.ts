import type {
  GetBlobCommandInput,
  GetBlobCommandOutput,
  GetFileCommandInput,
  GetFileCommandOutput,
  GetFolderCommandInput,
  GetFolderCommandOutput,
} from '@aws-sdk/client-codecommit';
import { ApiError } from '../../../kernel/errors.ts';
import { operation, type ServiceOperations } from '../../../wire/operation.ts';
import { checkFolder, checkPath } from '../checks.ts';
import { type KnownCommit, resolveCommit } from '../commits.ts';
import { isObjectId } from '../model/names.ts';
import { fileModeName, parseTree, type TreeEntry } from '../model/tree.ts';
import type { CodeCommitParts } from '../parts.ts';
import { needRepository, type Repository } from '../repositories.ts';
import { entryAt, readTreeContent } from '../trees.ts';
import { repositoryResource } from './repositories.ts';

/** AWS's bound of what an answer carries. */
export const MAX_FILE = 6 * 1024 * 1024;

export async function needCommit(
  parts: CodeCommitParts,
  repository: Repository,
  specifier: string | undefined,
): Promise<KnownCommit> {
  const commit = await resolveCommit(parts, repository, specifier ?? 'HEAD');
  if (commit) return commit;
  throw new ApiError(
    'CommitDoesNotExistException',
    `${specifier ?? 'HEAD'} names no commit of ${repository.name}.`,
  );
}

export async function readBlob(
  parts: CodeCommitParts,
  { dir }: Repository,
  id: string,
): Promise<Buffer | undefined> {
  const info = await parts.objects.info(dir, id);
  if (info?.type !== 'blob') return undefined;
  if (info.size > MAX_FILE) {
    throw new ApiError(
      'FileTooLargeException',
      `The file has ${info.size} bytes; the API gives up to ${MAX_FILE}.`,
    );
  }
  return (await parts.objects.read(dir, id))?.content;
}

export function readFileOperations(parts: CodeCommitParts): ServiceOperations {
  return {
    GetFile: operation<GetFileCommandInput, GetFileCommandOutput>({
      mutates: false,
      resources: repositoryResource,
      async handler(input, { scope }) {
        const path = checkPath(input.filePath);
        const repository = await needRepository(parts, scope, input.repositoryName);
        const commit = await needCommit(parts, repository, input.commitSpecifier);
        const entry = await entryAt(parts, repository, commit.treeId, path);
        const content = entry && (await readBlob(parts, repository, entry.id));
        if (!entry || !content) {
          throw new ApiError('FileDoesNotExistException', `The file ${path} does not exist at ${commit.id}.`);
        }
        return {
          commitId: commit.id,
          blobId: entry.id,
          filePath: path,
          fileMode: fileModeName(entry.mode),
          fileSize: content.length,
          fileContent: content,
          $metadata: {},
        };
      },
    }),

    GetFolder: operation<GetFolderCommandInput, GetFolderCommandOutput>({
      mutates: false,
      resources: repositoryResource,
      async handler(input, { scope }) {
        const path = checkFolder(input.folderPath);
        const repository = await needRepository(parts, scope, input.repositoryName);
        const commit = await needCommit(parts, repository, input.commitSpecifier);
        const folder = await entryAt(parts, repository, commit.treeId, path);
        const content = folder?.mode === '40000' && (await readTreeContent(parts, repository, folder.id));
        if (!folder || !content) {
          throw new ApiError(
            'FolderDoesNotExistException',
            `The folder ${path} does not exist at ${commit.id}.`,
          );
        }
        return {
          commitId: commit.id,
          folderPath: path,
          treeId: folder.id,
          ...describeEntries(parseTree(content), path),
          $metadata: {},
        };
      },
    }),

    GetBlob: operation<GetBlobCommandInput, GetBlobCommandOutput>({
      mutates: false,
      resources: repositoryResource,
      async handler(input, { scope }) {
        const id = input.blobId;
        if (!id)
          throw new ApiError('BlobIdRequiredException', 'A blob ID is required but was not specified.');
        if (!isObjectId(id)) throw new ApiError('InvalidBlobIdException', `The blob ID is not valid: ${id}`);
        const repository = await needRepository(parts, scope, input.repositoryName);
        const content = await readBlob(parts, repository, id);
        if (!content) throw new ApiError('BlobIdDoesNotExistException', `The blob ${id} does not exist.`);
        return { content, $metadata: {} };
      },
    }),
  };
}

function describeEntries(entries: readonly TreeEntry[], folder: string) {
  const place = ({ name }: TreeEntry) => ({
    absolutePath: folder === '' ? name : `${folder}/${name}`,
    relativePath: name,
  });
  const file = (entry: TreeEntry) => ({
    ...place(entry),
    blobId: entry.id,
    fileMode: fileModeName(entry.mode),
  });
  return {
    subFolders: entries
      .filter(({ mode }) => mode === '40000')
      .map((entry) => ({ ...place(entry), treeId: entry.id })),
    files: entries.filter(({ mode }) => mode === '100644' || mode === '100755').map(file),
    symbolicLinks: entries.filter(({ mode }) => mode === '120000').map(file),
    subModules: entries
      .filter(({ mode }) => mode === '160000')
      .map((entry) => ({ ...place(entry), commitId: entry.id })),
  };
}
