import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ProjectSource } from '@aws-sdk/client-codebuild';
import { ArchiveError } from '../../../kernel/archives/entry.ts';
import { unpackArchive } from '../../../kernel/archives/unpack.ts';
import { ApiError } from '../../../kernel/errors.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { type CloneRef, readCloneRef } from '../clone-ref.ts';
import type { ArtifactPlace, BuildRequest } from '../model/request.ts';
import type { CodeBuildParts } from '../parts.ts';
import { BuildFailure } from './failure.ts';

export interface Fetched {
  /** Commit id or object version of the primary source. */
  readonly resolvedSourceVersion: string | undefined;
}

interface Place {
  readonly folder: string;
  /** Where a zip may lie while it is unpacked: on the same disk. */
  readonly spool: string;
}

/** Fetches every source of a build (C1.11): the primary into `source`, the others into a folder for each identifier. */
export async function fetchSources(
  parts: CodeBuildParts,
  scope: Scope,
  request: BuildRequest,
  folders: { readonly root: string; readonly source: string; secondary(identifier: string): string },
  signal: AbortSignal,
): Promise<Fetched> {
  const place = (folder: string): Place => ({ folder, spool: folders.root });
  const { pipeline: inputs } = request;
  if (inputs) {
    await Promise.all(
      inputs.sources.map((input) =>
        fetchArtifact(
          parts,
          scope,
          input,
          place(input.name === inputs.primarySource ? folders.source : folders.secondary(input.name)),
          signal,
        ),
      ),
    );
    return { resolvedSourceVersion: inputs.resolvedSourceVersion };
  }
  const [primary] = await Promise.all([
    fetchSource(parts, scope, request.source, request.sourceVersion, place(folders.source), signal),
    ...request.secondarySources.map((source) => {
      const version = request.secondarySourceVersions.find(
        (other) => other.sourceIdentifier === source.sourceIdentifier,
      )?.sourceVersion;
      const folder = folders.secondary(source.sourceIdentifier as string);
      return fetchSource(parts, scope, source, version, place(folder), signal);
    }),
  ]);
  return { resolvedSourceVersion: primary };
}

async function fetchSource(
  parts: CodeBuildParts,
  scope: Scope,
  source: ProjectSource,
  version: string | undefined,
  place: Place,
  signal: AbortSignal,
): Promise<string | undefined> {
  await mkdir(place.folder, { recursive: true });
  switch (source.type) {
    case 'NO_SOURCE':
      return undefined;
    case 'CODECOMMIT':
      return fetchCommit(parts, scope, source, version, place, signal);
    case 'S3': {
      const [bucket = '', ...rest] = (source.location as string).replace(/^arn:aws:s3:::/, '').split('/');
      return fetchObject(
        parts,
        scope,
        { name: 'source', bucket, key: rest.join('/') },
        version,
        place,
        signal,
      );
    }
    default:
      throw new BuildFailure(
        'INVALID_SOURCE',
        `sources of type ${source.type} are not available on this server`,
      );
  }
}

async function fetchArtifact(
  parts: CodeBuildParts,
  scope: Scope,
  input: ArtifactPlace,
  place: Place,
  signal: AbortSignal,
): Promise<void> {
  await mkdir(place.folder, { recursive: true });
  await fetchObject(parts, scope, input, undefined, place, signal);
}

/** `…/v1/repos/<name>` on any host: the repository is this server's own. */
const REPOSITORY = /\/v1\/repos\/([A-Za-z0-9._-]{1,100})\/?$/;

async function fetchCommit(
  parts: CodeBuildParts,
  scope: Scope,
  source: ProjectSource,
  version: string | undefined,
  place: Place,
  signal: AbortSignal,
): Promise<string> {
  const { codecommit } = parts.deps;
  const location = source.location as string;
  const repository = REPOSITORY.exec(location)?.[1];
  if (repository === undefined) {
    throw new BuildFailure('INVALID_SOURCE', `${location} is not the URL of a CodeCommit repository`);
  }
  const found = await codecommit.resolve(scope, repository, specifierOf(version)).catch(gitError(repository));
  const commit = found?.commitId;
  if (commit === undefined) {
    throw new BuildFailure(
      'GIT_ERROR',
      version === undefined
        ? `the repository ${repository} has no commits on its default branch`
        : `the repository ${repository} has no branch, tag or commit ${version}`,
    );
  }
  const clone = { ...scope, repositoryName: repository, commitId: commit };
  await cloneRepository(parts, scope, clone, place, { depth: depthOf(source), signal });
  return commit;
}

/** `refs/heads/<branch>^{<commit>}` names both; the commit is what counts. */
function specifierOf(version: string | undefined): string {
  return /\^\{([0-9a-f]{40})\}$/.exec(version ?? '')?.[1] ?? version ?? 'HEAD';
}

/** Depths from 1 to 25 count; anything else is the whole history (C1.12). */
function depthOf({ gitCloneDepth: depth = 0 }: ProjectSource): number | undefined {
  return depth >= 1 && depth <= 25 ? depth : undefined;
}

async function fetchObject(
  parts: CodeBuildParts,
  scope: Scope,
  object: ArtifactPlace,
  versionId: string | undefined,
  place: Place,
  signal: AbortSignal,
): Promise<string | undefined> {
  const address = {
    bucket: object.bucket,
    key: object.key,
    ...(versionId === undefined ? {} : { versionId }),
  };
  const found = await parts.deps.s3.getObject(scope.account, address).catch((error: unknown) => {
    if (!(error instanceof ApiError)) throw error;
    throw new BuildFailure(
      'CLIENT_ERROR',
      `${object.bucket}/${object.key} cannot be read: ${error.code}: ${error.message}`,
    );
  });
  const ref = await readCloneRef(found);
  if (ref) await cloneRepository(parts, scope, ref, place, { signal });
  else await unpack(found.body, `${object.bucket}/${object.key}`, place, signal);
  return found.versionId;
}

/**
 * Whoever may write an artifact that stands for a clone must not read other accounts' repositories by it. It is made
 * beside its place: git of a server that was killed may still be writing to where it was told to.
 */
async function cloneRepository(
  parts: CodeBuildParts,
  scope: Scope,
  { account, region, repositoryName, commitId }: CloneRef,
  place: Place,
  options: { readonly depth?: number | undefined; readonly signal: AbortSignal },
): Promise<void> {
  if (account !== scope.account) {
    throw new BuildFailure('GIT_ERROR', `the repository ${repositoryName} belongs to another account`);
  }
  const fresh = join(place.spool, `.${randomBytes(6).toString('hex')}.clone`);
  await mkdir(fresh, { mode: 0o755 });
  try {
    await parts.deps.codecommit
      .cloneInto({ account, region }, repositoryName, commitId, fresh, options)
      .catch(gitError(repositoryName));
    await rename(fresh, place.folder);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** What CodeCommit refuses fails the build, in its words. */
function gitError(repository: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof ApiError)) throw error;
    throw new BuildFailure(
      'GIT_ERROR',
      `the repository ${repository} cannot be cloned: ${error.code}: ${error.message}`,
    );
  };
}

/** Zips are read from their end, so they are written down first. */
async function unpack(body: Readable, what: string, place: Place, signal: AbortSignal): Promise<void> {
  const file = join(place.spool, `.${randomBytes(6).toString('hex')}.zip`);
  try {
    await pipeline(body, createWriteStream(file, { flags: 'wx', mode: 0o600 }), { signal });
    await unpackArchive(file, 'zip', place.folder);
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error;
    throw new BuildFailure('CLIENT_ERROR', `${what} is not a usable zip: ${error.message}`);
  } finally {
    await rm(file, { force: true });
  }
}
