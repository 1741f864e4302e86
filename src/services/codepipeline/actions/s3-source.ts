import { ApiError } from '../../../kernel/errors.ts';
import type { S3Room } from '../../s3/index.ts';
import { type ActionTypeSpec, HOUR } from '../model/action-type.ts';
import { ActionFailure, type ActionProvider, type Job } from './provider.ts';
import { storeObject } from './store-object.ts';

export const S3_SOURCE: ActionTypeSpec = {
  id: { category: 'Source', owner: 'AWS', provider: 'S3', version: '1' },
  configuration: [
    { name: 'S3Bucket', required: true, description: 'A versioned bucket' },
    { name: 'S3ObjectKey', required: true, description: 'The key of the archive' },
    {
      name: 'PollForSourceChanges',
      type: 'Boolean',
      description: 'Start at each new version; true unless given. False where an event rule does it',
    },
    {
      name: 'AllowOverrideForS3ObjectKey',
      type: 'Boolean',
      description: 'Whether a start may name another key',
    },
  ],
  inputs: { min: 0, max: 0 },
  outputs: { min: 1, max: 1 },
  timeoutMs: HOUR,
};

/** Source from an object in a versioned bucket; the object is copied into the artifact store (A3.6). */
export function s3Source({ s3 }: { readonly s3: S3Room }): ActionProvider {
  return {
    spec: S3_SOURCE,
    async start(job) {
      const source = addressOf(job);
      const { body, ...info } = await read(s3, job.scope.account, source);
      const [output] = job.outputs;
      if (output) {
        const contentType = info.contentType ?? 'application/zip';
        await storeObject(s3, job.home.account, output, body, { contentType });
      } else body.destroy();
      const revision = info.versionId ?? info.eTag;
      const summary =
        info.metadata['codepipeline-artifact-revision-summary'] ?? `Amazon S3 version id: ${revision}`;
      return {
        kind: 'finished',
        summary,
        externalId: revision,
        revision: { id: revision, changeIdentifier: revision, created: info.lastModified, summary },
        variables: {
          ETag: info.eTag,
          VersionId: info.versionId ?? 'null',
          BucketName: source.bucket,
          ObjectKey: source.key,
        },
      };
    },
    async stop() {},
  };
}

async function read(s3: S3Room, account: string, source: ReturnType<typeof addressOf>) {
  try {
    return await s3.getObject(account, source);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status >= 500) throw error;
    throw new ActionFailure(
      'RevisionUnavailable',
      `${error.code}: the object ${source.key} cannot be read from the bucket ${source.bucket}: ${error.message}`,
    );
  }
}

function isTrue(text: string | undefined): boolean {
  return text?.toLowerCase() === 'true';
}

function addressOf(job: Job): {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string;
} {
  const bucket = job.configuration['S3Bucket'] ?? '';
  const key = job.configuration['S3ObjectKey'] ?? '';
  const { wanted } = job;
  if (!wanted) return { bucket, key };
  if (wanted.type === 'S3_OBJECT_VERSION_ID') return { bucket, key, versionId: wanted.value };
  if (wanted.type === 'S3_OBJECT_KEY' && isTrue(job.configuration['AllowOverrideForS3ObjectKey'])) {
    return { bucket, key: wanted.value };
  }
  throw new ActionFailure(
    'ConfigurationError',
    wanted.type === 'S3_OBJECT_KEY'
      ? 'The action does not allow another object key (AllowOverrideForS3ObjectKey)'
      : `An S3 source takes an S3_OBJECT_VERSION_ID, not ${wanted.type}`,
  );
}
