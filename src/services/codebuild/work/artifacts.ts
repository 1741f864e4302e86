import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type Readable, Transform } from 'node:stream';
import type { ProjectArtifacts } from '@aws-sdk/client-codebuild';
import type { Scope } from '../../../kernel/scope.ts';
import type { FoundBuild } from '../builds.ts';
import { buildArn } from '../model/build/events.ts';
import type { UploadedArtifact } from '../model/build/state.ts';
import type { ArtifactSpec, ArtifactsSpec } from '../model/buildspec/types.ts';
import { type CodeBuildParts, uuidOf } from '../parts.ts';
import { BuildFailure } from './failure.ts';
import { findFiles } from './files.ts';
import { zipOf } from './zip.ts';

/** Where one artifact goes. */
interface Destination {
  readonly identifier: string | undefined;
  readonly spec: ArtifactSpec;
  readonly bucket: string;
  /** Key of the zip, or prefix of the files' keys. */
  readonly key: string;
  readonly zipped: boolean;
}

/** Uploads what the buildspec names as artifacts: into the pipeline's store, or to the buckets of the project. */
export async function uploadArtifacts(
  parts: CodeBuildParts,
  scope: Scope,
  build: FoundBuild,
  specs: ArtifactsSpec | undefined,
  source: string,
  say: (line: string) => Promise<void>,
): Promise<readonly UploadedArtifact[]> {
  const uploaded: UploadedArtifact[] = [];
  for (const destination of destinations(build, specs)) {
    const found = await findFiles(source, destination.spec, { keepLinks: destination.spec.enableSymlinks });
    for (const note of found.notes) await say(note);
    if (found.files.length === 0) throw new BuildFailure('CLIENT_ERROR', 'no matching artifact paths found');
    const name = destination.identifier === undefined ? '' : ` ${destination.identifier}`;
    await say(`Found ${found.files.length} file(s) for the artifact${name}`);
    const metadata = { 'codebuild-buildarn': buildArn(scope, build.row.id) };
    const put = (key: string, body: Readable, contentType?: string) =>
      parts.deps.s3.putObject(scope.account, { bucket: destination.bucket, key }, body, {
        metadata,
        ...(contentType ? { contentType } : {}),
      });
    const { identifier, bucket, key, zipped } = destination;
    const location = `arn:aws:s3:::${bucket}/${key}`;
    if (zipped) {
      const digests = meter(zipOf(found.files));
      await put(key, digests.stream, 'application/zip');
      uploaded.push({ identifier, location, ...digests.values() });
    } else {
      for (const file of found.files) await put(join(key, file.path), createReadStream(file.file));
      uploaded.push({ identifier, location, md5: undefined, sha256: undefined });
    }
  }
  return uploaded;
}

function destinations({ row, request, state }: FoundBuild, specs: ArtifactsSpec | undefined): Destination[] {
  const { pipeline } = request;
  if (pipeline) {
    const [first, ...rest] = pipeline.outputs;
    if (!first) return [];
    const primary = rest.length === 0;
    return pipeline.outputs.map(({ name, bucket, key }) => ({
      identifier: primary ? undefined : name,
      spec: primary ? needPrimary(specs, name) : needSecondary(specs, name),
      bucket,
      key,
      zipped: true,
    }));
  }
  const uuid = uuidOf(row.id);
  const own = request.artifacts.type === 'S3' ? [request.artifacts] : [];
  return [
    ...own.map((artifacts) =>
      destinationOf(artifacts, undefined, needPrimary(specs, 'the project'), state.facts.project, uuid),
    ),
    ...request.secondaryArtifacts
      .filter((artifacts) => artifacts.type === 'S3')
      .map((artifacts) => {
        const identifier = artifacts.artifactIdentifier as string;
        return destinationOf(artifacts, identifier, needSecondary(specs, identifier), identifier, uuid);
      }),
  ];
}

/** `<path>/<build id when asked for, after the buildspec's prefix>/<name>`, each part only where there is one. */
function destinationOf(
  artifacts: ProjectArtifacts,
  identifier: string | undefined,
  spec: ArtifactSpec,
  defaultName: string,
  uuid: string,
): Destination {
  const name = (artifacts.overrideArtifactName && spec.name) || artifacts.name || defaultName;
  const space = artifacts.namespaceType === 'BUILD_ID' ? [spec.s3Prefix ?? '', uuid] : [];
  return {
    identifier,
    spec,
    bucket: (artifacts.location as string).replace(/^arn:aws:s3:::/, ''),
    key: join(artifacts.path ?? '', ...space, name),
    zipped: artifacts.packaging === 'ZIP',
  };
}

/** Parts of a key: no empty ones, and nothing that climbs. */
function join(...parts: readonly string[]): string {
  const all = parts.flatMap((part) => part.split('/')).filter((part) => part !== '' && part !== '.');
  if (all.includes('..'))
    throw new BuildFailure('CLIENT_ERROR', 'the name of an artifact must not contain ".."');
  return all.join('/');
}

function needPrimary(specs: ArtifactsSpec | undefined, who: string): ArtifactSpec {
  if (specs) return specs;
  throw new BuildFailure('CLIENT_ERROR', `${who} expects an artifact, but the buildspec has no artifacts`);
}

function needSecondary(specs: ArtifactsSpec | undefined, identifier: string): ArtifactSpec {
  const found = specs?.secondary.find((other) => other.identifier === identifier);
  if (found) return found;
  throw new BuildFailure(
    'CLIENT_ERROR',
    `the artifact ${identifier} is expected, but the buildspec has no secondary artifact of this name`,
  );
}

/** The stream with its digests, known once it has been read. */
function meter(body: Readable) {
  const md5 = createHash('md5');
  const sha256 = createHash('sha256');
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      md5.update(chunk);
      sha256.update(chunk);
      done(null, chunk);
    },
  });
  body.on('error', (error) => stream.destroy(error));
  body.pipe(stream);
  return { stream, values: () => ({ md5: md5.digest('hex'), sha256: sha256.digest('hex') }) };
}
