import type { DeploymentGroupInfo, LastDeploymentInfo } from '@aws-sdk/client-codedeploy';
import type { Reader } from '../../../kernel/database/port.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { Revision } from '../model/revision.ts';
import { revisionLocation } from '../model/revision-input.ts';
import { type DeploymentRow, lastDeployment } from '../store/deployments.ts';
import { definitionOf, type GroupRow } from '../store/groups.ts';

export async function groupInfo(reader: Reader, scope: Scope, row: GroupRow): Promise<DeploymentGroupInfo> {
  const definition = definitionOf(row);
  const attempted = await lastDeployment(reader, scope, row.id);
  const good = await lastDeployment(reader, scope, row.id, 'Succeeded');
  return {
    applicationName: row.application,
    deploymentGroupId: row.id,
    deploymentGroupName: row.name,
    deploymentConfigName: definition.configName,
    serviceRoleArn: definition.serviceRoleArn,
    ec2TagFilters: [...definition.ec2TagFilters],
    ...(definition.ec2TagSet ? { ec2TagSet: definition.ec2TagSet } : {}),
    onPremisesInstanceTagFilters: [...definition.onPremisesInstanceTagFilters],
    ...(definition.onPremisesTagSet ? { onPremisesTagSet: definition.onPremisesTagSet } : {}),
    autoScalingGroups: [],
    triggerConfigurations: [],
    deploymentStyle: { deploymentType: 'IN_PLACE', deploymentOption: 'WITHOUT_TRAFFIC_CONTROL' },
    outdatedInstancesStrategy: definition.outdatedInstancesStrategy,
    computePlatform: 'Server',
    terminationHookEnabled: false,
    ...(definition.autoRollback
      ? {
          autoRollbackConfiguration: {
            enabled: definition.autoRollback.enabled,
            events: [...definition.autoRollback.events],
          },
        }
      : {}),
    ...(good
      ? {
          targetRevision: revisionLocation(JSON.parse(good.revision) as Revision),
          lastSuccessfulDeployment: lastInfo(good),
        }
      : {}),
    ...(attempted ? { lastAttemptedDeployment: lastInfo(attempted) } : {}),
  };
}

function lastInfo(row: DeploymentRow): LastDeploymentInfo {
  return {
    deploymentId: row.id,
    status: row.status as NonNullable<LastDeploymentInfo['status']>,
    createTime: new Date(row.created_at),
    ...(row.completed_at === null ? {} : { endTime: new Date(row.completed_at) }),
  };
}
