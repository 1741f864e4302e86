import type { RevisionLocation } from '@aws-sdk/client-codedeploy';
import { ApiError } from '../../../kernel/errors.ts';
import type { BundleType, Revision } from './revision.ts';

/** A revision as clients name it. The Server platform takes bundles in S3; other kinds are refused by name. */
export function revisionOf(location: RevisionLocation | undefined): Revision {
  if (!location) throw new ApiError('RevisionRequiredException', 'A revision is required.');
  const type = location.revisionType ?? (location.s3Location ? 'S3' : undefined);
  if (type !== 'S3') {
    throw invalid(`Revisions of type ${type ?? 'none'} are not built for the Server platform; use S3.`);
  }
  const { bucket, key, bundleType, version, eTag } = location.s3Location ?? {};
  if (!bucket || !key) throw invalid('An S3 revision names its bucket and key.');
  const kind = bundleType ?? typeOfName(key);
  if (kind !== 'zip' && kind !== 'tar' && kind !== 'tgz') {
    throw invalid(`The bundle type of ${key} must be zip, tar or tgz, not ${kind ?? 'absent'}.`);
  }
  return { bucket, key, bundleType: kind, version, eTag: eTag?.replaceAll('"', '') };
}

export function revisionLocation(revision: Revision): RevisionLocation {
  const { bucket, key, bundleType, version, eTag } = revision;
  return { revisionType: 'S3', s3Location: { bucket, key, bundleType, version, eTag } };
}

function typeOfName(key: string): BundleType | undefined {
  if (key.endsWith('.zip')) return 'zip';
  if (key.endsWith('.tar')) return 'tar';
  return key.endsWith('.tgz') || key.endsWith('.tar.gz') ? 'tgz' : undefined;
}

function invalid(message: string): ApiError {
  return new ApiError('InvalidRevisionException', message);
}
