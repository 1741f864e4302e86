import { ApiError } from '../../kernel/errors.ts';
import { parseTree, type TreeEntry } from './model/tree.ts';
import type { CodeCommitParts } from './parts.ts';
import type { Repository } from './repositories.ts';

/** Bytes of one folder's listing that are read into memory. */
const MAX_TREE = 16 * 1024 * 1024;

export async function readTreeContent(
  parts: CodeCommitParts,
  { dir }: Repository,
  id: string,
): Promise<Buffer | undefined> {
  const info = await parts.objects.info(dir, id);
  if (info?.type !== 'tree') return undefined;
  if (info.size > MAX_TREE) {
    throw new ApiError(
      'FolderContentSizeLimitExceededException',
      'A folder on this path has too many entries.',
    );
  }
  return (await parts.objects.read(dir, id))?.content;
}

/** What stands at a path of a tree; the empty path is the tree itself. Undefined when nothing does. */
export async function entryAt(
  parts: CodeCommitParts,
  repository: Repository,
  treeId: string,
  path: string,
): Promise<TreeEntry | undefined> {
  let here: TreeEntry = { mode: '40000', name: '', id: treeId };
  for (const part of path === '' ? [] : path.split('/')) {
    if (here.mode !== '40000') return undefined;
    const content = await readTreeContent(parts, repository, here.id);
    const next = content && parseTree(content).find((entry) => entry.name === part);
    if (!next) return undefined;
    here = next;
  }
  return here;
}

/** Contents of the trees on the way to each path, by id: what an edit needs. */
export async function treesOnTheWay(
  parts: CodeCommitParts,
  repository: Repository,
  treeId: string | undefined,
  paths: readonly string[],
): Promise<ReadonlyMap<string, Buffer>> {
  const trees = new Map<string, Buffer>();
  const load = async (id: string) => {
    const known = trees.get(id);
    if (known) return known;
    const content = await readTreeContent(parts, repository, id);
    if (content) trees.set(id, content);
    return content;
  };
  if (treeId === undefined) return trees;
  await load(treeId);
  for (const path of paths) {
    let id: string | undefined = treeId;
    for (const part of path.split('/')) {
      const content: Buffer | undefined = id === undefined ? undefined : await load(id);
      const next: TreeEntry | undefined = content && parseTree(content).find((entry) => entry.name === part);
      id = next?.mode === '40000' ? next.id : undefined;
    }
  }
  return trees;
}
