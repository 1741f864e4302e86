import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ArchiveError } from '../../../../kernel/archives/entry.ts';
import { unpackArchive } from '../../../../kernel/archives/unpack.ts';
import type { Scope } from '../../../../kernel/scope.ts';
import type { CacheSpec } from '../../model/buildspec/types.ts';
import { type CachePlace, cachePlace } from '../../model/cache-place.ts';
import type { BuildRequest } from '../../model/request.ts';
import type { CodeBuildParts } from '../../parts.ts';
import { DEFAULT_KEY, fillKey } from './key.ts';
import { type CacheEntry, fetchArchive, findByPrefix, findEntry } from './store.ts';

/** What is known of a build's cache before its commands run. Kept with the build's plan. */
export interface CachePlan {
  readonly place: Exclude<CachePlace, { kind: 'none' }>;
  readonly key: string;
  readonly paths: CacheSpec['paths'];
  /** False when the very key was found, or the buildspec only restores. */
  readonly saves: boolean;
}

export interface RestoredCache {
  readonly plan?: CachePlan;
  /** Lines for the log. */
  readonly notes: readonly string[];
}

interface Folders {
  readonly root: string;
  readonly source: string;
  readonly home: string;
}

/** Puts what was kept for the build's key, or for one of its fallbacks, into source and home (C4). A miss is only a line. */
export async function restoreCache(
  parts: CodeBuildParts,
  scope: Scope,
  {
    request,
    project,
    spec,
  }: { readonly request: BuildRequest; readonly project: string; readonly spec: CacheSpec | undefined },
  folders: Folders,
  variables: Readonly<Record<string, string>>,
): Promise<RestoredCache> {
  if (!spec) return { notes: [] };
  const place = cachePlace(request.cache, project);
  if (place.kind === 'none') return { notes: [`The cache of the buildspec is not used: ${place.why}.`] };
  const fill = (text: string) => fillKey(text, folders.source, variables);
  const key = spec.key === undefined ? DEFAULT_KEY : await fill(spec.key);
  // Without a key there is nothing to fall back from.
  const fallbacks = spec.key === undefined ? [] : await Promise.all(spec.fallbackKeys.map(fill));
  const found = spec.restores ? await find(parts, scope, place, key, fallbacks) : undefined;
  const exact = spec.key !== undefined && found?.key === key;
  const plan = { place, key, paths: spec.paths, saves: spec.saves && !exact };
  if (!spec.restores) return { plan, notes: [] };
  if (!found) return { plan, notes: [`Cache miss: nothing is kept for ${key}`] };
  const restored = await putBack(parts, scope, place, found, folders);
  if (!restored)
    return {
      plan: { ...plan, saves: spec.saves },
      notes: [`Cache miss: what was kept for ${found.key} is gone or damaged`],
    };
  const minutes = Math.floor((parts.kernel.clock.now() - Number(found.stored_at)) / 60_000);
  return {
    plan,
    notes: [`Cache hit: ${found.key}, ${sizeText(Number(found.bytes))}, kept ${minutes} minutes ago`],
  };
}

async function find(
  parts: CodeBuildParts,
  scope: Scope,
  place: CachePlan['place'],
  key: string,
  fallbacks: readonly string[],
): Promise<CacheEntry | undefined> {
  const { read } = parts.kernel.database;
  const exact = await findEntry(read, scope, place, key);
  if (exact) return exact;
  for (const prefix of fallbacks) {
    const found = await findByPrefix(read, scope, place, prefix);
    if (found) return found;
  }
  return undefined;
}

async function putBack(
  parts: CodeBuildParts,
  scope: Scope,
  place: CachePlan['place'],
  entry: CacheEntry,
  folders: Folders,
): Promise<boolean> {
  const spool = join(folders.root, `.cache-${randomBytes(6).toString('hex')}`);
  const unpacked = `${spool}.d`;
  try {
    if (!(await fetchArchive(parts, scope, place, entry, spool))) return false;
    await mkdir(unpacked);
    await unpackArchive(spool, 'zip', unpacked);
    await merge(join(unpacked, 'src'), folders.source);
    await merge(join(unpacked, 'home'), folders.home);
    return true;
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error;
    return false;
  } finally {
    await rm(spool, { force: true });
    await rm(unpacked, { recursive: true, force: true });
  }
}

/** What the source brings itself wins, and links in it are never followed. */
async function merge(from: string, to: string): Promise<void> {
  const names = await readdir(from).catch(() => []);
  for (const name of names) {
    const [kept, own] = [join(from, name), join(to, name)];
    const there = await lstat(own).catch(() => undefined);
    if (!there) await rename(kept, own);
    else if (there.isDirectory() && (await lstat(kept)).isDirectory()) await merge(kept, own);
  }
}

export function sizeText(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
