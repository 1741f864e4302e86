import { createHash } from 'node:crypto';
import { ApiError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { IamRoom } from '../iam/index.ts';
import type { S3Room } from '../s3/index.ts';
import { deploymentType, targetType } from './aggregates.ts';
import { createDeployment } from './create-deployment.ts';
import type { CodeDeployRoom, GroupFreed } from './face.ts';
import { DEPLOYMENT_KIND } from './model/deployment/state.ts';
import { deploymentIdFrom } from './model/ids.ts';
import { revisionOf } from './model/revision-input.ts';
import { codeDeployOperations } from './operations/index.ts';
import { findGroup, groupById } from './store/groups.ts';
import { codeDeployMigrations } from './tables.ts';
import { catchUpTask } from './tasks/catch-up.ts';
import { inspectTask } from './tasks/inspect.ts';
import { watchTask } from './tasks/watch.ts';

export type { CodeDeployRoom, GroupFreed, GroupTurn, PipelineDeploymentRequest } from './face.ts';

/** The room of deployments to hosts, and of the agents that carry them out. */
export function createCodeDeployRoom(
  kernel: Kernel,
  deps: { readonly s3: S3Room; readonly iam: Pick<IamRoom, 'roleExists' | 'issueSession'> },
): CodeDeployRoom {
  const parts = { kernel, ...deps };
  const listeners: GroupFreed[] = [];
  const freed: GroupFreed = async (tx, scope, groupId) => {
    for (const listener of listeners) await listener(tx, scope, groupId);
  };
  return {
    name: 'codedeploy',
    migrations: codeDeployMigrations,
    aggregates: [deploymentType(freed), targetType(kernel)] as CodeDeployRoom['aggregates'],
    tasks: [inspectTask(parts), watchTask(parts), catchUpTask(parts)] as CodeDeployRoom['tasks'],
    operations: codeDeployOperations(parts),
    async createDeployment(scope, request) {
      const id = deploymentIdFrom(createHash('sha256').update(request.key).digest('hex'));
      await createDeployment(parts, scope, {
        id,
        applicationName: request.applicationName,
        deploymentGroupName: request.deploymentGroupName,
        revision: revisionOf({
          revisionType: 'S3',
          s3Location: {
            bucket: request.bucket,
            key: request.objectKey,
            bundleType: 'zip',
            version: request.versionId,
            eTag: request.eTag,
          },
        }),
        description: request.description,
        creator: 'user',
        replyTo: request.replyTo,
      });
      return { deploymentId: id };
    },
    async stopDeployment(scope, deploymentId, autoRollback) {
      try {
        const input = { kind: 'stop', rollback: autoRollback };
        await kernel.transitions.run(scope, { kind: DEPLOYMENT_KIND, id: deploymentId }, input);
      } catch (error) {
        // Ended already, or never made: its reply has come or never will.
        if (!(error instanceof ApiError)) throw error;
      }
    },
    async groupId(scope, applicationName, deploymentGroupName) {
      const { read } = kernel.database;
      return (await findGroup(read, scope, applicationName, deploymentGroupName))?.id;
    },
    async groupTurn(tx, scope, groupId) {
      const row = await groupById(tx, scope, groupId, true);
      return (
        row && {
          applicationName: row.application,
          deploymentGroupName: row.name,
          activeDeployment: row.active_deployment ?? undefined,
        }
      );
    },
    onGroupFreed: (listener) => void listeners.push(listener),
  };
}
