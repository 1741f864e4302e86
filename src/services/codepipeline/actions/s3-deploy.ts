import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ArchiveError, type EntryVisitor } from '../../../kernel/archives/entry.ts';
import { walkArchive } from '../../../kernel/archives/walk.ts';
import type { S3Room } from '../../s3/index.ts';
import { type ActionTypeSpec, MINUTE } from '../model/action-type.ts';
import { contentTypeOf } from './content-type.ts';
import { ActionFailure, type ActionProvider, type Job } from './provider.ts';
import { storeObject } from './store-object.ts';

const MAX_MEMBERS = 100_000;

export const S3_DEPLOY: ActionTypeSpec = {
  id: { category: 'Deploy', owner: 'AWS', provider: 'S3', version: '1' },
  configuration: [
    { name: 'BucketName', required: true, description: 'The bucket' },
    {
      name: 'Extract',
      required: true,
      type: 'Boolean',
      description: 'true: the files of the artifact; false: the archive as it is',
    },
    { name: 'ObjectKey', description: 'The key, or the folder when files are extracted' },
    { name: 'CacheControl', description: 'The Cache-Control header that each object is answered with' },
    { name: 'CannedACL', values: ['private'], description: 'Objects are private' },
  ],
  inputs: { min: 1, max: 1 },
  outputs: { min: 0, max: 0 },
  timeoutMs: 40 * MINUTE,
  check: (configuration) =>
    configuration['Extract']?.toLowerCase() === 'false' && configuration['ObjectKey'] === undefined
      ? ["'ObjectKey' is required when 'Extract' is false"]
      : [],
};

/** Puts an artifact into a bucket: its files one by one, or the archive itself. */
export function s3Deploy(deps: { readonly s3: S3Room; readonly dataDir: string }): ActionProvider {
  return {
    spec: S3_DEPLOY,
    async start(job) {
      const [input] = job.inputs;
      const bucket = job.configuration['BucketName'] ?? '';
      if (!input) throw new ActionFailure('ConfigurationError', 'The action has no input artifact');
      const { body } = await deps.s3.getObject(job.home.account, input);
      if (job.configuration['Extract']?.toLowerCase() !== 'true') {
        const key = job.configuration['ObjectKey'] ?? '';
        await storeObject(deps.s3, job.scope.account, { bucket, key }, body, {
          contentType: 'application/zip',
          ...cachingOf(job),
        });
        return { kind: 'finished', summary: `Deployed ${key} to bucket ${bucket}` };
      }
      const count = await extract(deps, job, bucket, body);
      return {
        kind: 'finished',
        summary: `Deployed ${count} file${count === 1 ? '' : 's'} to bucket ${bucket}`,
      };
    },
    async stop() {},
  };
}

function cachingOf(job: Job): { readonly cacheControl?: string } {
  const cacheControl = job.configuration['CacheControl'];
  return cacheControl === undefined ? {} : { cacheControl };
}

/** A zip is read from its end, so it lies in a file meanwhile. */
async function extract(
  deps: { readonly s3: S3Room; readonly dataDir: string },
  job: Job,
  bucket: string,
  body: Readable,
): Promise<number> {
  const folder = join(deps.dataDir, 'tmp');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `s3-deploy-${randomUUID()}.zip`);
  try {
    await pipeline(body, createWriteStream(file, { mode: 0o600 }), { signal: job.signal });
    return await putFiles(deps.s3, job, bucket, file);
  } finally {
    await rm(file, { force: true });
  }
}

async function putFiles(s3: S3Room, job: Job, bucket: string, file: string): Promise<number> {
  const folder = (job.configuration['ObjectKey'] ?? '').replace(/\/+$/, '');
  let count = 0;
  try {
    const put: EntryVisitor = async (entry) => {
      job.signal.throwIfAborted();
      // A link has no content of its own, and following it would leave the artifact.
      if (entry.kind !== 'file') return undefined;
      const key = folder === '' ? entry.path : `${folder}/${entry.path}`;
      await storeObject(s3, job.scope.account, { bucket, key }, await entry.open(), {
        contentType: contentTypeOf(key),
        ...cachingOf(job),
      });
      count++;
      return undefined;
    };
    await walkArchive(file, 'zip', put, { maxEntries: MAX_MEMBERS });
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error;
    throw new ActionFailure('JobFailed', `The input artifact cannot be extracted: ${error.message}`);
  }
  return count;
}
