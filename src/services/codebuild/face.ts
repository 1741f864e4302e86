import type { Scope } from '../../kernel/scope.ts';
import type { ReplyTo } from '../../kernel/transitions/reply.ts';
import type { ServiceRoom } from '../../wire/room.ts';

export interface ArtifactLocation {
  /** Name of the artifact in the pipeline. */
  readonly name: string;
  readonly bucket: string;
  readonly key: string;
}

/** A build asked for by a pipeline's action. */
export interface PipelineBuildRequest {
  /** The same key starts one build. */
  readonly key: string;
  readonly projectName: string;
  /** `codepipeline/<pipeline name>`. */
  readonly initiator: string;
  /** Zips to unpack; the first is the primary source, the others are `CODEBUILD_SRC_DIR_<name>`. */
  readonly sources: readonly ArtifactLocation[];
  readonly primarySource: string;
  /** Where zips of the outputs go. One: the buildspec's artifacts; several: its secondary artifacts by name. */
  readonly outputs: readonly ArtifactLocation[];
  readonly environmentVariables: readonly {
    readonly name: string;
    readonly value: string;
    readonly type: 'PLAINTEXT' | 'PARAMETER_STORE' | 'SECRETS_MANAGER';
  }[];
  /** Commit id or object version of the primary source. */
  readonly resolvedSourceVersion: string | undefined;
  /** Told when the build has ended; `outputs` of the reply are the exported variables. */
  readonly replyTo: ReplyTo;
}

export interface CodeBuildRoom extends ServiceRoom {
  /** Refuses with the modelled errors (`ResourceNotFoundException` …). `buildId` is `project:uuid`. */
  startBuild(scope: Scope, request: PipelineBuildRequest): Promise<{ readonly buildId: string }>;
  /** Asks a build to stop; its reply comes as usual (`stopped`). Unknown or ended builds: nothing. */
  stopBuild(scope: Scope, buildId: string): Promise<void>;
}
