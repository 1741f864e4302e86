import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { lstat, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ApiError } from '../../../../kernel/errors.ts';
import type { Scope } from '../../../../kernel/scope.ts';
import { isLiteral } from '../../../../pure/globs.ts';
import type { CachePath } from '../../model/buildspec/types.ts';
import type { CodeBuildParts } from '../../parts.ts';
import { BuildFailure } from '../failure.ts';
import { type FoundFile, findFiles } from '../files.ts';
import { zipOf } from '../zip.ts';
import { type CachePlan, sizeText } from './restore.ts';
import { storeArchive } from './store.ts';

/** More is not worth the time it takes. */
const MAX_BYTES = 4 * 2 ** 30;

/** Keeps the paths of a build's cache. Nothing that goes wrong with it is a failure of the build (C4.3). */
export async function saveCache(
  parts: CodeBuildParts,
  scope: Scope,
  plan: CachePlan,
  folders: { readonly root: string; readonly source: string; readonly home: string },
  say: (line: string) => Promise<void>,
): Promise<void> {
  const spool = join(folders.root, `.cache-${randomBytes(6).toString('hex')}`);
  try {
    const files = [
      ...(await filesIn(folders.source, 'src', plan.paths, say)),
      ...(await filesIn(folders.home, 'home', plan.paths, say)),
    ];
    const bytes = files.reduce((sum, { stats }) => sum + stats.size, 0);
    if (files.length === 0) return await say('Nothing is kept in the cache: no file matches its paths');
    if (bytes > MAX_BYTES)
      return await say(
        `Nothing is kept in the cache: ${sizeText(bytes)} are more than ${sizeText(MAX_BYTES)}`,
      );
    await pipeline(zipOf(files), createWriteStream(spool, { flags: 'wx', mode: 0o600 }));
    const entry = await storeArchive(parts, scope, plan.place, plan.key, spool);
    await say(`Kept in the cache: ${plan.key}, ${files.length} file(s), ${sizeText(entry.bytes)}`);
  } catch (error) {
    if (!(error instanceof BuildFailure) && !(error instanceof ApiError)) throw error;
    await say(`Nothing is kept in the cache: ${error.message}`);
  } finally {
    await rm(spool, { force: true });
  }
}

async function filesIn(
  folder: string,
  root: CachePath['root'],
  paths: readonly CachePath[],
  say: (line: string) => Promise<void>,
): Promise<readonly FoundFile[]> {
  const patterns = paths.filter((path) => path.root === root).map(({ pattern }) => pattern);
  if (patterns.length === 0) return [];
  const files = await Promise.all(patterns.map((pattern) => wholeFolder(folder, pattern)));
  const set = { files, excludePaths: [], baseDirectory: undefined, discardPaths: false };
  const found = await findFiles(folder, set, { keepLinks: true });
  for (const note of found.notes) await say(`Cache: ${note}`);
  return found.files.map((file) => ({ ...file, path: `${root}/${file.path}` }));
}

/** A folder named without a pattern means all that is in it. */
async function wholeFolder(folder: string, pattern: string): Promise<string> {
  if (!isLiteral(pattern)) return pattern;
  const stats = await lstat(join(folder, pattern)).catch(() => undefined);
  return stats?.isDirectory() ? `${pattern}/**/*` : pattern;
}
