import { formatTree, parseTree, type TreeEntry, type TreeMode } from './tree.ts';

/** What is to become of one path: a file, or nothing. */
export type PathChange =
  | { readonly kind: 'put'; readonly path: string; readonly mode: TreeMode; readonly id: string }
  | { readonly kind: 'delete'; readonly path: string };

export type EditProblem =
  /** A file is to stand where a folder is. */
  | { readonly kind: 'folder-in-the-way'; readonly path: string }
  /** A folder is to stand where a file is. */
  | { readonly kind: 'file-in-the-way'; readonly path: string }
  | { readonly kind: 'submodule-in-the-way'; readonly path: string }
  | { readonly kind: 'missing'; readonly path: string };

interface Folder {
  /** Entries that are not opened: files, submodules, untouched folders. */
  readonly entries: Map<string, TreeEntry>;
  readonly folders: Map<string, Folder>;
}

export interface EditedTree {
  readonly id: string;
  /** New tree objects, those below before those above. */
  readonly trees: readonly { readonly id: string; readonly content: Buffer }[];
}

export interface TreeStore {
  /** Content of the tree objects on the way to every path, by id. */
  readonly trees: ReadonlyMap<string, Buffer>;
  /** Object id of a tree's content. */
  readonly hashTree: (content: Buffer) => string;
}

/**
 * Applies changes, in order, to a tree. Only the folders on the way to a path are opened. Folders that become empty go;
 * git knows none.
 */
export function editTree(
  rootId: string | undefined,
  changes: readonly PathChange[],
  store: TreeStore,
): EditedTree | { readonly problem: EditProblem } {
  const root = openFolder(rootId, store);
  for (const change of changes) {
    const problem = apply(root, change, store);
    if (problem) return { problem };
  }
  const trees: { id: string; content: Buffer }[] = [];
  const id = write(root, store, trees);
  return { id, trees };
}

function openFolder(id: string | undefined, store: TreeStore): Folder {
  const content = id === undefined ? undefined : store.trees.get(id);
  const entries = content ? parseTree(content) : [];
  return { entries: new Map(entries.map((entry) => [entry.name, entry])), folders: new Map() };
}

function apply(root: Folder, change: PathChange, store: TreeStore): EditProblem | undefined {
  const parts = change.path.split('/');
  const name = parts.pop() as string;
  let folder = root;
  let path = '';
  for (const part of parts) {
    path = path === '' ? part : `${path}/${part}`;
    const next = descend(folder, part, store, change.kind === 'put');
    if (next === 'missing') return { kind: 'missing', path: change.path };
    if (next === 'file') return { kind: 'file-in-the-way', path };
    if (next === 'submodule') return { kind: 'submodule-in-the-way', path };
    folder = next;
  }
  return change.kind === 'put' ? put(folder, name, change) : remove(folder, name, change.path);
}

function descend(
  folder: Folder,
  part: string,
  store: TreeStore,
  create: boolean,
): Folder | 'missing' | 'file' | 'submodule' {
  const open = folder.folders.get(part);
  if (open) return open;
  const entry = folder.entries.get(part);
  if (entry && entry.mode !== '40000') {
    if (!create) return 'missing';
    return entry.mode === '160000' ? 'submodule' : 'file';
  }
  if (!entry && !create) return 'missing';
  const next = openFolder(entry?.id, store);
  folder.entries.delete(part);
  folder.folders.set(part, next);
  return next;
}

function put(
  folder: Folder,
  name: string,
  change: Extract<PathChange, { readonly kind: 'put' }>,
): EditProblem | undefined {
  const entry = folder.entries.get(name);
  if (entry?.mode === '160000') return { kind: 'submodule-in-the-way', path: change.path };
  const opened = folder.folders.get(name);
  // A folder whose files were all deleted before makes room.
  if (entry?.mode === '40000' || (opened && !isEmpty(opened))) {
    return { kind: 'folder-in-the-way', path: change.path };
  }
  folder.folders.delete(name);
  folder.entries.set(name, { mode: change.mode, name, id: change.id });
  return undefined;
}

function remove(folder: Folder, name: string, path: string): EditProblem | undefined {
  const entry = folder.entries.get(name);
  if (!entry || entry.mode === '40000' || entry.mode === '160000') return { kind: 'missing', path };
  folder.entries.delete(name);
  return undefined;
}

function isEmpty(folder: Folder): boolean {
  return folder.entries.size === 0 && [...folder.folders.values()].every(isEmpty);
}

function write(folder: Folder, store: TreeStore, trees: { id: string; content: Buffer }[]): string {
  const entries = [...folder.entries.values()];
  for (const [name, below] of folder.folders) {
    if (!isEmpty(below)) entries.push({ mode: '40000', name, id: write(below, store, trees) });
  }
  const content = formatTree(entries);
  const id = store.hashTree(content);
  trees.push({ id, content });
  return id;
}
