import { ApiError } from '../../kernel/errors.ts';
import type { Scope } from '../../kernel/scope.ts';
import { describeRevision, type Revision } from './model/revision.ts';
import type { CodeDeployParts } from './parts.ts';

const MISSING: readonly string[] = ['NoSuchKey', 'NoSuchBucket', 'NoSuchVersion', 'NotFound', 'AccessDenied'];

export function isMissingObject(error: unknown): boolean {
  return error instanceof ApiError && MISSING.includes(error.code);
}

/**
 * Binds a revision to the bytes it has now: version (where the bucket keeps versions) and ETag. So a rollback brings
 * back exactly what was deployed (D1.21).
 */
export async function pinRevision(
  { s3 }: Pick<CodeDeployParts, 's3'>,
  scope: Scope,
  revision: Revision,
): Promise<Revision> {
  const { bucket, key, version } = revision;
  try {
    const address = { bucket, key, ...(version === undefined ? {} : { versionId: version }) };
    const info = await s3.headObject(scope.account, address);
    if (revision.eTag !== undefined && revision.eTag !== info.eTag) {
      throw new ApiError(
        'RevisionDoesNotExistException',
        `The object ${describeRevision(revision)} has the ETag ${info.eTag}, not ${revision.eTag}.`,
      );
    }
    return { ...revision, version: version ?? info.versionId, eTag: info.eTag };
  } catch (error) {
    if (!isMissingObject(error)) throw error;
    throw new ApiError(
      'RevisionDoesNotExistException',
      `The revision does not exist: ${describeRevision(revision)}.`,
      { cause: error },
    );
  }
}
