import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { HASH_FILES } from '../../model/buildspec/cache.ts';
import { findFiles } from '../files.ts';

/** The key of a buildspec that names none: one cache for each project. */
export const DEFAULT_KEY = 'default';

/** Puts hashes of files and values of variables into a key. */
export async function fillKey(
  text: string,
  source: string,
  variables: Readonly<Record<string, string>>,
): Promise<string> {
  let filled = text;
  for (const [whole, patterns = ''] of text.matchAll(HASH_FILES)) {
    const files = patterns.split(/\s+/).filter((pattern) => pattern !== '');
    filled = filled.replace(whole, () => '\0');
    const hash = await hashFiles(source, files);
    filled = filled.replace('\0', hash);
  }
  return filled.replaceAll(
    /\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g,
    (_, braced, bare) => variables[braced ?? bare] ?? '',
  );
}

/** One hash over names and contents, in the order of the names. */
async function hashFiles(source: string, patterns: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  const set = { files: patterns, excludePaths: [], baseDirectory: undefined, discardPaths: false };
  const { files } = await findFiles(source, set);
  for (const { path, file } of files) {
    hash.update(`${path}\0`);
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
    hash.update('\0');
  }
  return hash.digest('hex');
}
