import type { Readable } from 'node:stream';

/** What the artifact of a source with `OutputArtifactFormat: CODEBUILD_CLONE_REF` holds in place of files. */
export interface CloneRef {
  readonly account: string;
  readonly region: string;
  readonly repositoryName: string;
  readonly commitId: string;
}

const CONTENT_TYPE = 'application/vnd.pipewright.clone-ref+json';
const MAX_BYTES = 4_096;

export function writeCloneRef(ref: CloneRef): { readonly body: Buffer; readonly contentType: string } {
  return { body: Buffer.from(JSON.stringify({ version: 1, ...ref })), contentType: CONTENT_TYPE };
}

/** Undefined when the object is none, or not a sound one. The body is read only when it is. */
export async function readCloneRef(object: {
  readonly contentType: string | undefined;
  readonly size: number;
  readonly body: Readable;
}): Promise<CloneRef | undefined> {
  if (object.contentType !== CONTENT_TYPE || object.size > MAX_BYTES) return undefined;
  const chunks: Buffer[] = [];
  for await (const chunk of object.body) chunks.push(chunk as Buffer);
  try {
    const value = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>;
    const { account, region, repositoryName, commitId } = value;
    const all = [account, region, repositoryName, commitId];
    if (value['version'] !== 1 || !all.every((each) => typeof each === 'string')) return undefined;
    return { account, region, repositoryName, commitId } as CloneRef;
  } catch {
    return undefined;
  }
}
