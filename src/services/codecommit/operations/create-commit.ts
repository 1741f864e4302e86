import type {
  CreateCommitCommandInput,
  CreateCommitCommandOutput,
  FileMetadata,
  PutFileEntry,
} from '@aws-sdk/client-codecommit';
import { ApiError } from '../../../kernel/errors.ts';
import { operation, type ServiceOperations } from '../../../wire/operation.ts';
import { checkBranchName, checkPath } from '../checks.ts';
import { keepFolders } from '../keep-folders.ts';
import { fileModeName, type TreeEntry } from '../model/tree.ts';
import type { CodeCommitParts } from '../parts.ts';
import { needRepository, type Repository } from '../repositories.ts';
import { entryAt } from '../trees.ts';
import { type FileToPut, type WrittenCommit, writeCommit } from '../write-commit.ts';
import { checkAuthor, checkContent, checkMessage, checkMode, checkParent } from './commit-input.ts';
import { repositoryResource } from './repositories.ts';

const MAX_ENTRIES = 100;

export function createCommitOperations(parts: CodeCommitParts): ServiceOperations {
  return {
    CreateCommit: operation<CreateCommitCommandInput, CreateCommitCommandOutput>({
      mutates: true,
      actsOutside: true,
      resources: repositoryResource,
      async handler(input, context) {
        const branch = checkBranchName(input.branchName);
        const entries = checkEntries(input);
        const author = checkAuthor(parts, context, { name: input.authorName, email: input.email });
        const message = checkMessage(input.commitMessage, 'Changed files');
        const repository = await needRepository(parts, context.scope, input.repositoryName);
        return parts.locks.hold(repository.id, async () => {
          const parent = await checkParent(parts, repository, branch, input.parentCommitId);
          const plan = await planChanges(parts, repository, parent?.treeId, entries);
          const kept = input.keepEmptyFolders
            ? await keepFolders(
                parts,
                repository,
                parent?.treeId,
                plan.deletes,
                plan.puts.map(({ path }) => path),
              )
            : [];
          const puts = [...plan.puts, ...kept];
          const written = await writeCommit(parts, repository, {
            branch,
            parent,
            deletes: plan.deletes,
            puts,
            author,
            message,
            caller: context.principal.arn,
          });
          return {
            commitId: written.commitId,
            treeId: written.treeId,
            ...describeChanges(plan.before, plan.deletes, puts, written),
            $metadata: {},
          };
        });
      },
    }),
  };
}

interface Entries {
  readonly puts: readonly (PutFileEntry & { readonly filePath: string })[];
  readonly deletes: readonly string[];
  readonly modes: readonly { readonly path: string; readonly mode: string | undefined }[];
}

function checkEntries(input: CreateCommitCommandInput): Entries {
  const puts = (input.putFiles ?? []).map((entry) => ({ ...entry, filePath: checkPath(entry.filePath) }));
  const deletes = (input.deleteFiles ?? []).map((entry) => checkPath(entry.filePath));
  const modes = (input.setFileModes ?? []).map((entry) => ({
    path: checkPath(entry.filePath),
    mode: entry.fileMode,
  }));
  const count = puts.length + deletes.length + modes.length;
  if (count === 0) {
    throw new ApiError(
      'FileEntryRequiredException',
      'At least one file must be put, deleted or given a mode.',
    );
  }
  if (count > MAX_ENTRIES) {
    throw new ApiError(
      'MaximumFileEntriesExceededException',
      `A commit takes at most ${MAX_ENTRIES} files here.`,
    );
  }
  const putPaths = puts.map((entry) => entry.filePath);
  if (new Set(putPaths).size < putPaths.length) {
    throw new ApiError('PutFileEntryConflictException', 'The same path is put more than once.');
  }
  const all = [...putPaths, ...deletes, ...modes.map((entry) => entry.path)];
  if (new Set(all).size < all.length) {
    throw new ApiError('SamePathRequestException', 'The same path is in more than one entry.');
  }
  for (const entry of puts) {
    if (entry.fileContent !== undefined && entry.sourceFile !== undefined) {
      throw new ApiError(
        'FileContentAndSourceFileSpecifiedException',
        `${entry.filePath}: either the content or a source file can be given.`,
      );
    }
    if (entry.fileContent === undefined && entry.sourceFile === undefined) {
      throw new ApiError(
        'SourceFileOrContentRequiredException',
        `${entry.filePath}: the content or a source file is required.`,
      );
    }
    if (entry.fileContent !== undefined) checkContent(entry.fileContent);
  }
  return { puts, deletes, modes };
}

interface Plan {
  readonly puts: readonly FileToPut[];
  readonly deletes: readonly string[];
  /** What stood at each path before. */
  readonly before: ReadonlyMap<string, TreeEntry>;
}

async function planChanges(
  parts: CodeCommitParts,
  repository: Repository,
  treeId: string | undefined,
  entries: Entries,
): Promise<Plan> {
  const before = new Map<string, TreeEntry>();
  const look = async (path: string) => {
    const found = treeId === undefined ? undefined : await entryAt(parts, repository, treeId, path);
    if (found) before.set(path, found);
    return found;
  };
  const needFile = async (path: string) => {
    const found = await look(path);
    if (found && found.mode !== '40000' && found.mode !== '160000') return found;
    throw new ApiError('FileDoesNotExistException', `The file ${path} does not exist.`);
  };
  const puts: FileToPut[] = [];
  const deletes = [...entries.deletes];
  for (const path of entries.deletes) await needFile(path);
  for (const entry of entries.puts) {
    await look(entry.filePath);
    if (entry.fileContent !== undefined) {
      const mode = checkMode(entry.fileMode, '100644');
      puts.push({ path: entry.filePath, mode, content: entry.fileContent });
      continue;
    }
    const source = checkPath(entry.sourceFile?.filePath);
    const found = await needFile(source);
    const moved = entry.sourceFile?.isMove === true;
    // A source may be moved or deleted once, and not be written to in the same breath.
    if (deletes.includes(source) || entries.puts.some((other) => other.filePath === source)) {
      throw new ApiError('RestrictedSourceFileException', `${source} is changed by another entry.`);
    }
    if (moved) deletes.push(source);
    puts.push({
      path: entry.filePath,
      mode: checkMode(entry.fileMode, found.mode),
      content: { id: found.id },
    });
  }
  for (const { path, mode } of entries.modes) {
    if (mode === undefined)
      throw new ApiError('FileModeRequiredException', `${path}: a file mode is required.`);
    const found = await needFile(path);
    puts.push({ path, mode: checkMode(mode, found.mode), content: { id: found.id } });
  }
  return { puts, deletes, before };
}

function describeChanges(
  before: ReadonlyMap<string, TreeEntry>,
  deletes: readonly string[],
  puts: readonly FileToPut[],
  written: WrittenCommit,
) {
  const put = (updated: boolean): FileMetadata[] =>
    puts.flatMap(({ path, mode }, n) =>
      before.has(path) === updated
        ? [{ absolutePath: path, blobId: written.blobIds[n], fileMode: fileModeName(mode) }]
        : [],
    );
  return {
    filesAdded: put(false),
    filesUpdated: put(true),
    filesDeleted: deletes.map((path) => ({
      absolutePath: path,
      blobId: before.get(path)?.id,
      fileMode: fileModeName(before.get(path)?.mode ?? ''),
    })),
  };
}
