/** How git marks an entry of a folder. */
export type TreeMode = '100644' | '100755' | '120000' | '40000' | '160000';

export interface TreeEntry {
  readonly mode: TreeMode;
  readonly name: string;
  readonly id: string;
}

export type FileModeName = 'NORMAL' | 'EXECUTABLE' | 'SYMLINK';

export const FILE_MODES: Readonly<Record<FileModeName, TreeMode>> = {
  NORMAL: '100644',
  EXECUTABLE: '100755',
  SYMLINK: '120000',
};

export function fileModeName(mode: string): FileModeName {
  if (mode === '100755') return 'EXECUTABLE';
  return mode === '120000' ? 'SYMLINK' : 'NORMAL';
}

/** Reads a tree object: `<mode> <name>\0<20 bytes>` again and again. */
export function parseTree(content: Buffer): readonly TreeEntry[] {
  const entries: TreeEntry[] = [];
  let at = 0;
  while (at < content.length) {
    const space = content.indexOf(0x20, at);
    const end = content.indexOf(0, space);
    const mode = content.toString('latin1', at, space);
    entries.push({
      // Old writers left group bits in the mode of a file.
      mode: (mode === '100664' ? '100644' : mode) as TreeMode,
      name: content.toString('utf8', space + 1, end),
      id: content.toString('hex', end + 1, end + 21),
    });
    at = end + 21;
  }
  return entries;
}

/** Writes a tree object in git's order: by bytes, a folder as if its name ended in a slash. */
export function formatTree(entries: readonly TreeEntry[]): Buffer {
  const keyed = entries.map((entry) => ({
    entry,
    key: Buffer.from(entry.mode === '40000' ? `${entry.name}/` : entry.name, 'utf8'),
  }));
  keyed.sort((a, b) => Buffer.compare(a.key, b.key));
  return Buffer.concat(
    keyed.flatMap(({ entry }) => [
      Buffer.from(`${entry.mode} ${entry.name}\0`, 'utf8'),
      Buffer.from(entry.id, 'hex'),
    ]),
  );
}
