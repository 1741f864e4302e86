import type { Tx } from '../../kernel/database/port.ts';
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

/** A group by its id, as whoever waits for it names it to people. */
export interface GroupTurn {
  readonly applicationName: string;
  readonly deploymentGroupName: string;
  /** The one deployment that runs; undefined when another may start. */
  readonly activeDeployment: string | undefined;
}

/** Called in the transaction that frees a group; what it writes is committed with it. */
export type GroupFreed = (tx: Tx, scope: Scope, groupId: string) => Promise<void>;

export interface CodeDeployRoom extends ServiceRoom {
  /** Refuses with the modelled errors. */
  createDeployment(
    scope: Scope,
    request: PipelineDeploymentRequest,
  ): Promise<{ readonly deploymentId: string }>;
  stopDeployment(scope: Scope, deploymentId: string, autoRollback: boolean): Promise<void>;
  groupId(scope: Scope, applicationName: string, deploymentGroupName: string): Promise<string | undefined>;
  /** Locks the group until the transaction ends: no deployment of it starts or ends meanwhile. */
  groupTurn(tx: Tx, scope: Scope, groupId: string): Promise<GroupTurn | undefined>;
  /** A deployment of the group has ended. Its rollback may follow in the same transaction, so ask `groupTurn` anew. */
  onGroupFreed(listener: GroupFreed): void;
}
