import type { Scope } from '../../kernel/scope.ts';
import type { ReplyTo } from '../../kernel/transitions/reply.ts';
import type { ServiceRoom } from '../../wire/room.ts';

/** A deployment asked for by a pipeline's action. */
export interface PipelineDeploymentRequest {
  /** The same key starts one deployment. */
  readonly key: string;
  readonly applicationName: string;
  readonly deploymentGroupName: string;
  readonly bucket: string;
  readonly objectKey: string;
  readonly versionId: string | undefined;
  readonly eTag: string | undefined;
  readonly description: string;
  /** Told when the deployment has ended. */
  readonly replyTo: ReplyTo;
}

export interface CodeDeployRoom extends ServiceRoom {
  /** Refuses with the modelled errors. */
  createDeployment(
    scope: Scope,
    request: PipelineDeploymentRequest,
  ): Promise<{ readonly deploymentId: string }>;
  stopDeployment(scope: Scope, deploymentId: string, autoRollback: boolean): Promise<void>;
}
