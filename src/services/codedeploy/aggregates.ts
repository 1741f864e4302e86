import type { Kernel } from '../../kernel/kernel.ts';
import type { AggregateType } from '../../kernel/transitions/port.ts';
import type { GroupFreed } from './face.ts';
import { deploymentAggregate } from './model/deployment/decide.ts';
import type { DeploymentInput } from './model/deployment/inputs.ts';
import { type Deployment, isEnded } from './model/deployment/state.ts';
import { revisionKey } from './model/revision.ts';
import { targetAggregate } from './model/target/decide.ts';
import type { TargetInput } from './model/target/inputs.ts';
import type { Target } from './model/target/state.ts';
import { putDeploymentRow } from './store/deployments.ts';
import { clearActiveDeployment, setActiveDeployment } from './store/groups.ts';
import { putHostRevision } from './store/host-revisions.ts';
import { useRevision } from './store/revisions.ts';
import { putTargetRow } from './store/targets.ts';

/** Wakes the poll of a host: something changed in what it is to do. */
export const HOST_TOPIC = 'codedeploy.host';

export function deploymentType(freed: GroupFreed): AggregateType<Deployment, DeploymentInput> {
  return {
    ...deploymentAggregate,
    inFlight: (state) => !isEnded(state),
    async project(tx, { scope, before, after }) {
      if (before?.status === after.status) return;
      await putDeploymentRow(tx, scope, after);
      const groupId = after.group.deploymentGroupId;
      if (!before) {
        await useRevision(tx, scope, after.group.applicationName, after.revision, after.createTime);
        if (!isEnded(after)) await setActiveDeployment(tx, scope, groupId, after.id);
      } else if (isEnded(after)) {
        await clearActiveDeployment(tx, scope, groupId, after.id);
        await freed(tx, scope, groupId);
      }
    },
  };
}

export function targetType(kernel: Kernel): AggregateType<Target, TargetInput> {
  return {
    ...targetAggregate,
    inFlight: (state) => state.command !== 'over',
    async project(tx, { scope, before, after }) {
      await putTargetRow(tx, scope, after);
      // A host whose agent never took the command is what it was before.
      if (before?.command !== 'over' && after.command === 'over' && after.epoch > 0) {
        if (after.status === 'Succeeded' || after.status === 'Failed') {
          await putHostRevision(tx, scope, after.group.deploymentGroupId, {
            host: after.host,
            revision_key: revisionKey(after.revision),
            deployment_id: after.deploymentId,
            healthy: after.status === 'Succeeded' ? 1 : 0,
            lost: after.lost ? 1 : 0,
          });
        }
      }
      // A deployment's watchers follow its targets too.
      kernel.changes.publish(tx, {
        topic: 'codedeploy.deployment',
        id: after.deploymentId,
        scope,
        sequence: 0,
      });
      if (after.command !== before?.command || after.stopReason !== before?.stopReason) {
        kernel.changes.publish(tx, { topic: HOST_TOPIC, id: after.host, scope, sequence: 0 });
      }
    },
  };
}
