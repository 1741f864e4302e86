import { join } from 'node:path';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Scope } from '../../kernel/scope.ts';
import type { CodeCommitRoom } from '../codecommit/index.ts';
import type { EventsRoom } from '../events/index.ts';
import type { IamRoom } from '../iam/index.ts';
import type { LogsRoom } from '../logs/index.ts';
import type { S3Room } from '../s3/index.ts';

export interface CodeBuildDeps {
  readonly s3: S3Room;
  readonly codecommit: CodeCommitRoom;
  readonly logs: LogsRoom;
  readonly iam: IamRoom;
  /** With it, rules of the event bus start builds. */
  readonly events?: Pick<EventsRoom, 'addTarget'>;
  /** Values of parameters and secrets by reference; without it builds that name some fail clearly. */
  readonly resolveSecrets?: SecretResolver;
  /** Builds that run at once in this database; the others wait. */
  readonly concurrentBuilds?: number;
  /** More folders that builds may read where the sandbox hides all but its own. */
  readonly mounts?: readonly string[];
}

export interface SecretReference {
  readonly variable: string;
  readonly kind: 'PARAMETER_STORE' | 'SECRETS_MANAGER';
  /** Name or ARN; for secrets `secret-id:json-key:version-stage:version-id`. */
  readonly reference: string;
}

/** Answers the values in the order of the references, or throws an `ApiError` naming what is missing. */
export type SecretResolver = (
  scope: Scope,
  roleArn: string,
  references: readonly SecretReference[],
) => Promise<readonly string[]>;

/** What the room's files share. */
export interface CodeBuildParts {
  readonly kernel: Kernel;
  readonly deps: CodeBuildDeps;
  /** Follows a build's run until it has ended. */
  readonly follow: (scope: Scope, id: string) => void;
}

/** The part of a build's id after the project. */
export function uuidOf(id: string): string {
  return id.slice(id.lastIndexOf(':') + 1);
}

/** The key of a build's run in the sandbox. */
export function runKey(id: string): string {
  return `build-${uuidOf(id)}`;
}

/** Folders of a build. The path is short because the names of sockets in it are bounded. */
export function workFolder(kernel: Kernel, id: string) {
  const name = uuidOf(id).replaceAll('-', '').slice(0, 16);
  const root = join(kernel.sandbox.workRoot, `b-${name}`);
  return {
    root,
    /** The server's own: what it tells a build that runs. Beside the others, because all in `root` is the build's. */
    orders: join(kernel.sandbox.workRoot, `o-${name}`),
    source: join(root, 'src'),
    secondary: (identifier: string) => join(root, 'sources', identifier),
    control: join(root, 'control'),
    home: join(root, 'home'),
    tmp: join(root, 'tmp'),
    /** Programs of ours that builds find before the machine's. */
    tools: join(root, 'tools'),
  };
}
