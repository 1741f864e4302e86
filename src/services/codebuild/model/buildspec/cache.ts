import { leavesBase } from './file-set.ts';
import type { Entry, Reader, Spot } from './reader.ts';
import type { CachePath, CacheSpec } from './types.ts';

const KEYS = ['key', 'fallback-keys', 'action', 'paths'];
const MAX_FALLBACKS = 5;

/** `cache` (C4). Paths lie in the source or in the home folder, which is `/root` in AWS's images. */
export function readCache(reader: Reader, spot: Spot | undefined): CacheSpec | undefined {
  const entries = spot && reader.map(spot, KEYS);
  if (!entries) return undefined;
  const at = (key: string) => entries.find((entry) => entry.key === key);
  const [key, fallbacks, paths] = [at('key'), at('fallback-keys'), at('paths')];
  if (!paths) reader.error(spot, 'cache has no paths', 'add "paths:" with a list of patterns');
  const fallbackSpots = fallbacks ? (reader.list(fallbacks) ?? []) : [];
  if (fallbackSpots.length > MAX_FALLBACKS)
    reader.error(
      fallbacks as Entry,
      `there are ${fallbackSpots.length} fallback keys`,
      `at most ${MAX_FALLBACKS} are allowed`,
    );
  return {
    key: key && readKey(reader, key),
    fallbackKeys: fallbackSpots.flatMap((each) => readKey(reader, each) ?? []),
    paths: paths ? (reader.list(paths) ?? []).flatMap((each) => readPath(reader, each) ?? []) : [],
    ...readAction(reader, at('action')),
  };
}

/** Filled in before any command runs, so that no shell is there to do it. */
function readKey(reader: Reader, spot: Spot): string | undefined {
  const text = reader.text(spot);
  if (text === undefined || !/\$\(|`/.test(text.replaceAll(HASH_FILES, ''))) return text;
  return reader.error(
    spot,
    `"${text}" cannot be filled in`,
    'a key holds variables and $(codebuild-hash-files <patterns>) only',
  );
}

export const HASH_FILES = /\$\(codebuild-hash-files\s+([^()`$]*)\)/g;

function readAction(reader: Reader, spot: Spot | undefined): Pick<CacheSpec, 'restores' | 'saves'> {
  const text = spot && reader.text(spot);
  if (text !== undefined && text !== 'restore' && text !== 'save')
    reader.error(spot as Spot, `action cannot be "${text}"`, 'restore or save; both when it is left out');
  return { restores: text !== 'save', saves: text !== 'restore' };
}

const HOME = /^(?:~|\$HOME|\$\{HOME\}|\/root)\//;

function readPath(reader: Reader, spot: Spot): CachePath | undefined {
  const text = reader.text(spot);
  if (text === undefined) return undefined;
  const home = HOME.test(text);
  const pattern = text.replace(HOME, '').replace(/\/+$/, '');
  if (pattern !== '' && !leavesBase(pattern)) return { root: home ? 'home' : 'src', pattern };
  return reader.error(
    spot,
    `"${text}" leaves the source and the home folder`,
    'what is elsewhere is not kept',
  );
}
