import type { DeploymentInfo } from '@aws-sdk/client-codedeploy';
import type { Deployment } from '../model/deployment/state.ts';
import type { HostStatus } from '../model/health.ts';
import { revisionLocation } from '../model/revision-input.ts';

export function deploymentInfo(state: Deployment): DeploymentInfo {
  const count = (status: HostStatus) => state.hosts.filter((host) => host.status === status).length;
  return {
    deploymentId: state.id,
    applicationName: state.group.applicationName,
    deploymentGroupName: state.group.deploymentGroupName,
    deploymentConfigName: state.configName,
    status: state.status,
    creator: state.creator,
    computePlatform: 'Server',
    deploymentStyle: { deploymentType: 'IN_PLACE', deploymentOption: 'WITHOUT_TRAFFIC_CONTROL' },
    revision: revisionLocation(state.revision),
    createTime: new Date(state.createTime),
    deploymentOverview: {
      Pending: count('Pending'),
      InProgress: count('InProgress'),
      Succeeded: count('Succeeded'),
      Failed: count('Failed'),
      Skipped: count('Skipped'),
      Ready: 0,
    },
    ignoreApplicationStopFailures: state.ignoreApplicationStopFailures,
    updateOutdatedInstancesOnly: state.updateOutdatedInstancesOnly,
    fileExistsBehavior: state.fileExistsBehavior,
    instanceTerminationWaitTimeStarted: false,
    deploymentStatusMessages: [...state.messages],
    ...(state.description === '' ? {} : { description: state.description }),
    ...(state.lastGood ? { previousRevision: revisionLocation(state.lastGood.revision) } : {}),
    ...(state.startTime === undefined ? {} : { startTime: new Date(state.startTime) }),
    ...(state.completeTime === undefined ? {} : { completeTime: new Date(state.completeTime) }),
    ...(state.error ? { errorInformation: state.error as DeploymentInfo['errorInformation'] } : {}),
    ...(state.autoRollback
      ? {
          autoRollbackConfiguration: {
            enabled: state.autoRollback.enabled,
            events: [...state.autoRollback.events],
          },
        }
      : {}),
    ...rollbackInfo(state),
  };
}

/** The link between a failed deployment and its rollback, from both sides (D1.20). */
function rollbackInfo(state: Deployment): Pick<DeploymentInfo, 'rollbackInfo'> {
  if (state.rollsBack !== undefined) {
    return {
      rollbackInfo: { rollbackTriggeringDeploymentId: state.rollsBack, rollbackMessage: state.description },
    };
  }
  if (!state.rollback) return {};
  const { deploymentId, message } = state.rollback;
  return {
    rollbackInfo: {
      rollbackMessage: message,
      ...(deploymentId === undefined ? {} : { rollbackDeploymentId: deploymentId }),
    },
  };
}
