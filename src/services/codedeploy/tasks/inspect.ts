import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ArchiveError } from '../../../kernel/archives/entry.ts';
import { readTextEntry, walkArchive } from '../../../kernel/archives/walk.ts';
import { errorText, formatFinding } from '../../../kernel/errors.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { TaskDefinition } from '../../../kernel/tasks/port.ts';
import { APPSPEC_FILE, missingAppSpec, parseAppSpec } from '../../../pure/appspec/index.ts';
import type { DeploymentInput } from '../model/deployment/inputs.ts';
import { type BundleDigest, DEPLOYMENT_KIND, type Deployment } from '../model/deployment/state.ts';
import { describeRevision, type Revision } from '../model/revision.ts';
import type { CodeDeployParts } from '../parts.ts';
import { isMissingObject } from '../pin-revision.ts';

interface Payload {
  readonly deploymentId: string;
}

const MAX_APPSPEC_BYTES = 256 * 1024;

/**
 * Looks at the bundle before any host is touched: a broken appspec fails the deployment with all its errors and changes
 * nothing. The digest found here is what agents insist on.
 */
export function inspectTask(parts: CodeDeployParts): TaskDefinition<Payload> {
  const { kernel } = parts;
  return {
    kind: 'codedeploy.inspect',
    concurrency: 4,
    async run({ scope, payload: { deploymentId } }, { signal }) {
      const ref = { kind: DEPLOYMENT_KIND, id: deploymentId };
      const deployment = await kernel.transitions.load<Deployment>(scope, ref);
      if (deployment?.status !== 'Created') return undefined;
      return deliver(deploymentId, await inspect(parts, scope, deployment.revision, signal));
    },
    exhausted: ({ payload }, error) =>
      deliver(payload.deploymentId, {
        kind: 'unusable',
        error: { code: 'INTERNAL_ERROR', message: `The revision could not be read: ${errorText(error)}` },
      }),
  };
}

async function inspect(
  { kernel, s3 }: CodeDeployParts,
  scope: Scope,
  revision: Revision,
  signal: AbortSignal,
): Promise<DeploymentInput> {
  const { bucket, key, version, bundleType } = revision;
  const dir = join(kernel.dataDir, 'tmp');
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const file = join(dir, `codedeploy-${randomUUID()}`);
  try {
    const address = { bucket, key, ...(version === undefined ? {} : { versionId: version }) };
    const object = await s3.getObject(scope.account, address);
    const bundle = await store(object.body, file, signal);
    if (revision.eTag !== undefined && object.eTag !== revision.eTag) {
      const message = `The object ${describeRevision(revision)} is not the one that the deployment was made with.`;
      return unusable('REVISION_MISSING', message);
    }
    const text = await readTextEntry(file, bundleType, APPSPEC_FILE, MAX_APPSPEC_BYTES);
    if (text === undefined) {
      return unusable('INVALID_REVISION', missingAppSpec(await pathsOf(file, bundleType)));
    }
    const { appSpec, findings } = parseAppSpec(text);
    if (!appSpec) return unusable('INVALID_REVISION', findings.map(formatFinding).join('\n'));
    return { kind: 'inspected', bundle };
  } catch (error) {
    if (isMissingObject(error)) {
      return unusable('REVISION_MISSING', `The revision is gone: ${describeRevision(revision)}.`);
    }
    if (error instanceof ArchiveError) {
      return unusable('INVALID_REVISION', `The bundle ${describeRevision(revision)}: ${error.message}`);
    }
    throw error;
  } finally {
    await rm(file, { force: true });
  }
}

const MOST_PATHS = 1000;

async function pathsOf(file: string, type: Revision['bundleType']): Promise<readonly string[]> {
  const paths: string[] = [];
  await walkArchive(file, type, async ({ path }) => (paths.push(path) < MOST_PATHS ? undefined : 'stop'));
  return paths;
}

function unusable(code: string, message: string): DeploymentInput {
  return { kind: 'unusable', error: { code, message: message.slice(0, 8_000) } };
}

async function store(body: Readable, file: string, signal: AbortSignal): Promise<BundleDigest> {
  const hash = createHash('sha256');
  let size = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk);
      size += chunk.length;
      done(null, chunk);
    },
  });
  await pipeline(body, meter, createWriteStream(file, { mode: 0o600 }), { signal });
  return { sha256: hash.digest('hex'), size };
}

function deliver(id: string, input: DeploymentInput) {
  return { deliver: [{ to: { kind: DEPLOYMENT_KIND, id }, input }] };
}
