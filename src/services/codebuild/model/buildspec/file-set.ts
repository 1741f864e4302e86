import type { Entry, Reader, Spot } from './reader.ts';
import type { FileSet } from './types.ts';

export const FILE_SET_KEYS = ['files', 'base-directory', 'discard-paths'];

/** `files`, `base-directory`, `discard-paths` and `exclude-paths`, as reports and artifacts share them. */
export function readFileSet(reader: Reader, spot: Spot, entries: readonly Entry[]): FileSet {
  const at = (key: string) => entries.find((entry) => entry.key === key);
  const files = at('files');
  if (!files) reader.error(spot, `${spot.path} has no files`, 'add "files:" with a list of patterns');
  const base = at('base-directory');
  const discard = at('discard-paths');
  const exclude = at('exclude-paths');
  const directory = base && reader.text(base);
  if (directory !== undefined && leavesBase(directory)) refuse(reader, base as Entry, directory);
  return {
    files: files ? readPatterns(reader, files) : [],
    excludePaths: exclude ? readPatterns(reader, exclude) : [],
    baseDirectory:
      directory === undefined ? undefined : directory.replace(/^(\.\/)+/, '').replace(/\/+$/, ''),
    discardPaths: discard ? reader.flag(discard) : false,
  };
}

function readPatterns(reader: Reader, spot: Spot): readonly string[] {
  const items = reader.list(spot) ?? [];
  if (items.length === 0) reader.error(spot, `${spot.path} is empty`, 'name at least one file or pattern');
  return items.flatMap((item) => {
    const text = reader.text(item);
    if (text === undefined) return [];
    if (leavesBase(text)) return refuse(reader, item, text);
    return [text];
  });
}

function refuse(reader: Reader, spot: Spot, text: string): [] {
  reader.error(spot, `"${text}" leaves the source folder`, 'paths are relative and have no ".."');
  return [];
}

/** Variables are filled in by the build, and looked at again then. */
export function leavesBase(path: string): boolean {
  return path.startsWith('/') || path.split(/[/\\]/).includes('..');
}
