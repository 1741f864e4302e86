const MAX_LENGTH = 4_096;

/**
 * A path inside a repository, without its leading slash; undefined when git could not or must not hold it: empty parts,
 * `.`, `..`, anything that would be `.git` on some file system, control characters, a backslash.
 */
export function normalPath(path: string): string | undefined {
  const text = path.startsWith('/') ? path.slice(1) : path;
  if (text.length === 0 || text.length > MAX_LENGTH || /[\p{Cc}\\]/u.test(text)) return undefined;
  return text.split('/').every(isPart) ? text : undefined;
}

/** As {@link normalPath}, for folders: the root is `''`, and a slash may stand at the end. */
export function normalFolder(path: string): string | undefined {
  if (path === '' || path === '/') return '';
  return normalPath(path.endsWith('/') ? path.slice(0, -1) : path);
}

function isPart(part: string): boolean {
  if (part === '' || part === '.' || part === '..') return false;
  // Trailing dots and blanks, a stream's name and the short name: all of them open .git on Windows.
  return !/^(?:\.git|git~1)[. ]*(?::.*)?$/i.test(part);
}
