import { ApiError } from '../../kernel/errors.ts';
import { announce } from './announce.ts';
import { type NewObject, objectId, writePack } from './git/pack.ts';
import { NO_OBJECT, updateRef } from './git/refs.ts';
import { formatCommit, type Signature } from './model/commit.ts';
import { clashingRef, HEADS } from './model/ref-name.ts';
import type { TreeMode } from './model/tree.ts';
import { type EditProblem, editTree, type PathChange } from './model/tree-edit.ts';
import type { CodeCommitParts } from './parts.ts';
import { announcedRefs, type Repository } from './repositories.ts';
import { treesOnTheWay } from './trees.ts';

export interface FileToPut {
  readonly path: string;
  readonly mode: TreeMode;
  /** New bytes, or an object that is there already. */
  readonly content: Uint8Array | { readonly id: string };
}

export interface CommitRequest {
  readonly branch: string;
  /** Undefined for the first commit of an empty repository. */
  readonly parent: { readonly id: string; readonly treeId: string } | undefined;
  readonly deletes: readonly string[];
  readonly puts: readonly FileToPut[];
  readonly author: Signature;
  readonly message: string;
  /** ARN of who asks. */
  readonly caller: string;
}

export interface WrittenCommit {
  readonly commitId: string;
  readonly treeId: string;
  /** Ids of the files put, in their order. */
  readonly blobIds: readonly string[];
}

/**
 * Makes a commit and moves its branch: objects first, then the ref, then the announcement. The caller holds the
 * repository's lock and has checked that the branch stands at the parent.
 */
export async function writeCommit(
  parts: CodeCommitParts,
  repository: Repository,
  request: CommitRequest,
): Promise<WrittenCommit> {
  const objects: NewObject[] = [];
  const add = (object: NewObject): string => {
    objects.push(object);
    return objectId(object);
  };
  const blobIds = request.puts.map((file) =>
    'id' in file.content ? file.content.id : add({ type: 'blob', content: file.content }),
  );
  const changes: PathChange[] = [
    ...request.deletes.map((path) => ({ kind: 'delete' as const, path })),
    ...request.puts.map(({ path, mode }, n) => ({
      kind: 'put' as const,
      path,
      mode,
      id: blobIds[n] as string,
    })),
  ];
  const paths = changes.map((change) => change.path);
  const trees = await treesOnTheWay(parts, repository, request.parent?.treeId, paths);
  const edited = editTree(request.parent?.treeId, changes, { trees, hashTree });
  if ('problem' in edited) throw editError(edited.problem);
  if (edited.id === request.parent?.treeId) {
    throw new ApiError('NoChangeException', 'The commit would not change any file.');
  }
  for (const { content } of edited.trees) add({ type: 'tree', content });
  const commitId = add({
    type: 'commit',
    content: formatCommit({
      treeId: edited.id,
      parents: request.parent ? [request.parent.id] : [],
      author: request.author,
      committer: request.author,
      message: request.message,
    }),
  });
  await parts.git.run(repository.dir, ['unpack-objects', '-q', '--strict'], {
    stdin: await writePack(objects),
  });
  await moveBranch(parts, repository, {
    branch: request.branch,
    oldId: request.parent?.id ?? NO_OBJECT,
    newId: commitId,
    caller: request.caller,
  });
  return { commitId, treeId: edited.id, blobIds };
}

export interface BranchMove {
  readonly branch: string;
  readonly oldId: string;
  /** All zeros deletes the branch. */
  readonly newId: string;
  readonly caller: string;
}

/** Moves, makes or deletes a branch and announces it. The caller holds the repository's lock. */
export async function moveBranch(
  parts: CodeCommitParts,
  repository: Repository,
  move: BranchMove,
): Promise<void> {
  const ref = HEADS + move.branch;
  if (move.oldId === NO_OBJECT) {
    const names = (await announcedRefs(parts.kernel.database.read, repository)).map((each) => each.name);
    const clash = clashingRef(ref, names);
    if (clash !== undefined) {
      throw new ApiError(
        'InvalidBranchNameException',
        `The branch ${move.branch} cannot be beside ${clash}: git keeps no branch below another.`,
      );
    }
  }
  const moved = await updateRef(
    parts.git,
    repository.dir,
    { ref, newId: move.newId, oldId: move.oldId },
    move.caller,
  );
  if (!moved) {
    throw new ApiError(
      'ParentCommitIdOutdatedException',
      `The branch ${move.branch} has moved meanwhile. Get its newest commit and try again.`,
    );
  }
  parts.kernel.failpoints.hit('codecommit:refs-moved:before-announce');
  await announce(parts, repository, () => move.caller);
}

function hashTree(content: Buffer): string {
  return objectId({ type: 'tree', content });
}

function editError(problem: EditProblem): ApiError {
  switch (problem.kind) {
    case 'folder-in-the-way':
      return new ApiError(
        'FileNameConflictsWithDirectoryNameException',
        `${problem.path} is a folder, so no file can have this path.`,
      );
    case 'file-in-the-way':
      return new ApiError(
        'DirectoryNameConflictsWithFileNameException',
        `${problem.path} is a file, so no folder can have this path.`,
      );
    case 'submodule-in-the-way':
      return new ApiError('FilePathConflictsWithSubmodulePathException', `${problem.path} is a submodule.`);
    case 'missing':
      return new ApiError('FileDoesNotExistException', `The file ${problem.path} does not exist.`);
  }
}
