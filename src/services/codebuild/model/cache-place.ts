import type { BuildRequest } from './request.ts';

/** Where the caches of a build lie: `name` keeps places apart within an account and region. */
export type CachePlace =
  | { readonly kind: 'none'; readonly why: string | undefined }
  | { readonly kind: 'local'; readonly name: string }
  | { readonly kind: 's3'; readonly name: string; readonly bucket: string; readonly prefix: string };

/** C4.1, C4.5: caches belong to one project, unless an object store's is given a namespace to share. */
export function cachePlace(cache: BuildRequest['cache'], project: string): CachePlace {
  switch (cache?.type) {
    case 'S3': {
      const [bucket = '', ...rest] = (cache.location ?? '').replace(/^arn:aws:s3:::/, '').split('/');
      const own = cache.cacheNamespace ? ['namespace', cache.cacheNamespace] : ['project', project];
      const prefix = [...rest, ...own].filter((part) => part !== '').join('/');
      return { kind: 's3', name: `s3/${bucket}/${prefix}`, bucket, prefix };
    }
    case 'LOCAL':
      if (cache.modes?.includes('LOCAL_CUSTOM_CACHE')) return { kind: 'local', name: localPlace(project) };
      return { kind: 'none', why: 'the local cache of the project has not the mode LOCAL_CUSTOM_CACHE' };
    default:
      return { kind: 'none', why: 'the project has no cache' };
  }
}

export function localPlace(project: string): string {
  return `local/${project}`;
}

/** What is wrong with the cache of a project, a sentence each. */
export function checkCache(cache: BuildRequest['cache']): readonly string[] {
  if (cache?.type === 'S3' && !/^[^/]+/.test((cache.location ?? '').replace(/^arn:aws:s3:::/, '')))
    return ['Project cache: location, a bucket with or without a prefix, is required for S3'];
  if (cache?.location?.split('/').includes('..')) return ['Project cache: location must not contain ".."'];
  if (cache?.cacheNamespace !== undefined && !/^[A-Za-z0-9_.-]{1,255}$/.test(cache.cacheNamespace))
    return ['Project cache: cacheNamespace may hold letters, digits, "_", "." and "-" only'];
  return [];
}
