import type { Stats } from 'node:fs';
import { lstat, readdir, readlink, realpath, stat } from 'node:fs/promises';
import { basename, isAbsolute, join, relative, sep } from 'node:path';
import { compileGlob, type Glob, isLiteral } from '../../../pure/globs.ts';
import { leavesBase } from '../model/buildspec/file-set.ts';
import type { FileSet } from '../model/buildspec/types.ts';
import { BuildFailure } from './failure.ts';

/** A file that a pattern names. */
export interface FoundFile {
  /** Its name in the artifact. */
  readonly path: string;
  /** Where its bytes are, links followed. */
  readonly file: string;
  readonly stats: Stats;
  /** Set for a symbolic link that is kept as one. */
  readonly linkTarget?: string;
}

export interface FoundFiles {
  /** In the order of their names, each name once. */
  readonly files: readonly FoundFile[];
  /** Lines for the log. */
  readonly notes: readonly string[];
}

export interface FindOptions {
  readonly keepLinks?: boolean;
}

const MAX_FILES = 200_000;

/**
 * The files of an artifact or report (C1.9), looked for after every process of the build has ended. Nothing outside of
 * the source folder is ever read: patterns with `..` are refused, and so are links that lead out of the base directory.
 */
export async function findFiles(
  source: string,
  set: FileSet,
  options: FindOptions = {},
): Promise<FoundFiles> {
  const root = await realpath(source);
  const notes: string[] = [];
  const found = new Map<string, FoundFile>();
  for (const base of await baseFolders(root, set.baseDirectory)) {
    const globs = set.files.map((pattern) => compileGlob(inside(root, pattern)));
    const excluded = set.excludePaths.map((pattern) => compileGlob(pattern));
    const matched = new Set<Glob>();
    for (const start of startsOf(globs)) {
      await walk(base, start, { globs, excluded, matched, found, notes, set, options });
    }
    for (const glob of globs) {
      if (!matched.has(glob)) notes.push(`no matching artifact paths found for ${glob.pattern}`);
    }
  }
  const files = [...found.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return { files, notes: [...new Set(notes)] };
}

/** An absolute pattern is fine when a variable made it so and it stays in the source. */
function inside(root: string, pattern: string): string {
  const own = isAbsolute(pattern) ? relative(root, pattern) : pattern;
  if (leavesBase(own)) throw new BuildFailure('CLIENT_ERROR', `"${pattern}" leaves the source folder`);
  return own === '' ? '.' : own;
}

/** `base-directory` names one folder, or with wildcards some of the top-level ones. */
async function baseFolders(root: string, directory: string | undefined): Promise<readonly string[]> {
  if (directory === undefined || directory === '' || directory === '.') return [root];
  const pattern = inside(root, directory);
  const missing = new BuildFailure('CLIENT_ERROR', `no matching base directory path found for ${directory}`);
  const names = isLiteral(pattern) ? [pattern] : await topFolders(root, compileGlob(pattern));
  if (names.length === 0) throw missing;
  return Promise.all(
    names.map(async (name) => {
      const real = await realpath(join(root, name)).catch(() => undefined);
      if (real === undefined || !(await stat(real)).isDirectory()) throw missing;
      if (!isInside(root, real)) {
        throw new BuildFailure('CLIENT_ERROR', `the base directory ${name} leads out of the source folder`);
      }
      return real;
    }),
  );
}

async function topFolders(root: string, glob: Glob): Promise<readonly string[]> {
  const entries = await readdir(root, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && glob.matches(entry.name))
    .map((entry) => entry.name);
}

/** The deepest folders that hold everything the patterns can name, so that nothing else is walked. */
function startsOf(globs: readonly Glob[]): readonly string[] {
  const starts = globs.map(({ pattern }) => {
    const plain = pattern.replace(/^(\.\/)+/, '');
    if (isLiteral(plain)) return plain;
    const wild = plain.search(/[*?[\\]/);
    return plain.slice(0, Math.max(0, plain.lastIndexOf('/', wild)));
  });
  const outer = (start: string) => starts.some((other) => other === '' || start.startsWith(`${other}/`));
  return [...new Set(starts.filter((start) => start === '' || !outer(start)))];
}

interface Walk {
  readonly globs: readonly Glob[];
  readonly excluded: readonly Glob[];
  readonly matched: Set<Glob>;
  readonly found: Map<string, FoundFile>;
  readonly notes: string[];
  readonly set: FileSet;
  readonly options: FindOptions;
}

async function walk(base: string, start: string, walking: Walk): Promise<void> {
  const waiting = [start];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const stats = await lstat(join(base, path)).catch(() => undefined);
    if (stats === undefined) continue;
    // The way to a start, and the start itself, may lead through links.
    if (path === start) await stayInside(base, path);
    if (stats.isDirectory()) {
      const names = await readdir(join(base, path));
      for (const name of names) waiting.push(path === '' ? name : `${path}/${name}`);
    } else await consider(base, path, stats, walking);
  }
}

async function stayInside(base: string, path: string): Promise<void> {
  const real = await realpath(join(base, path)).catch(() => undefined);
  if (real === undefined || isInside(base, real)) return;
  throw new BuildFailure('CLIENT_ERROR', `the link ${path} leads out of the artifact's base directory`);
}

async function consider(base: string, path: string, stats: Stats, walking: Walk): Promise<void> {
  if (walking.excluded.some((glob) => glob.matches(path))) return;
  const matching = walking.globs.filter((glob) => glob.matches(path));
  if (matching.length === 0) return;
  const found = await look(base, path, stats, walking);
  if (!found) return;
  for (const glob of matching) walking.matched.add(glob);
  const name = walking.set.discardPaths ? basename(path) : path;
  if (walking.found.has(name))
    walking.notes.push(`more than one file is called ${name}: the last one is taken`);
  if (walking.found.size >= MAX_FILES) throw new BuildFailure('CLIENT_ERROR', `more than ${MAX_FILES} files`);
  walking.found.set(name, { ...found, path: name });
}

async function look(
  base: string,
  path: string,
  stats: Stats,
  { notes, options }: Walk,
): Promise<Omit<FoundFile, 'path'> | undefined> {
  const file = join(base, path);
  if (stats.isFile()) return { file, stats };
  if (!stats.isSymbolicLink()) {
    notes.push(`${path} is neither a file nor a folder and is left out`);
    return undefined;
  }
  const real = await realpath(file).catch(() => undefined);
  if (real === undefined) {
    notes.push(`the link ${path} points to nothing and is left out`);
    return undefined;
  }
  if (!isInside(base, real)) {
    throw new BuildFailure(
      'CLIENT_ERROR',
      `the link ${path} leads out of the artifact's base directory; leave it out with exclude-paths`,
    );
  }
  if (options.keepLinks) return { file, stats, linkTarget: await readlink(file) };
  const target = await stat(real);
  if (target.isFile()) return { file: real, stats: target };
  notes.push(`the link ${path} points to a folder and is left out (enable-symlinks keeps it as a link)`);
  return undefined;
}

function isInside(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder + sep);
}
