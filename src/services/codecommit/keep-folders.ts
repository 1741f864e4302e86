import { parseTree } from './model/tree.ts';
import type { CodeCommitParts } from './parts.ts';
import type { Repository } from './repositories.ts';
import { entryAt, readTreeContent } from './trees.ts';
import type { FileToPut } from './write-commit.ts';

/** A `.gitkeep` for each folder that would lose its last file: git keeps no empty folders. */
export async function keepFolders(
  parts: CodeCommitParts,
  repository: Repository,
  treeId: string | undefined,
  deletes: readonly string[],
  puts: readonly string[],
): Promise<readonly FileToPut[]> {
  if (treeId === undefined) return [];
  const gone = new Set(deletes);
  const folders = new Set(
    deletes.flatMap((path) => (path.includes('/') ? [path.replace(/\/[^/]*$/, '')] : [])),
  );
  const kept: FileToPut[] = [];
  for (const folder of folders) {
    const entry = await entryAt(parts, repository, treeId, folder);
    const content = entry && (await readTreeContent(parts, repository, entry.id));
    if (!content || puts.some((path) => path.startsWith(`${folder}/`))) continue;
    const emptied = parseTree(content).every(({ name }) => gone.has(`${folder}/${name}`));
    if (emptied) kept.push({ path: `${folder}/.gitkeep`, mode: '100644', content: new Uint8Array() });
  }
  return kept;
}
