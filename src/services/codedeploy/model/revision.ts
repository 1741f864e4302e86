/** An object that holds a revision's bundle. */
export interface Revision {
  readonly bucket: string;
  readonly key: string;
  readonly bundleType: BundleType;
  /** Pinned when the deployment is made, where the bucket is versioned. */
  readonly version: string | undefined;
  readonly eTag: string | undefined;
}

export type BundleType = 'zip' | 'tar' | 'tgz';

/** Names a revision: two with the same key are the same to a host. */
export function revisionKey(revision: Revision): string {
  const { bucket, key, bundleType, version, eTag } = revision;
  return JSON.stringify([bucket, key, bundleType, version ?? '', eTag ?? '']);
}

export function describeRevision(revision: Revision): string {
  const version = revision.version === undefined ? '' : ` (version ${revision.version})`;
  return `s3://${revision.bucket}/${revision.key}${version}`;
}
