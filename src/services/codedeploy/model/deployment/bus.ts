import type { Scope } from '../../../../kernel/scope.ts';
import type { BusEvent } from '../../../../kernel/transitions/port.ts';
import { applicationArn, groupArn } from '../ids.ts';
import type { GroupRef } from './state.ts';

/** "CodeDeploy Deployment State-change Notification" in AWS's shape. */
export function busEvent(
  deployment: { readonly id: string; readonly group: GroupRef },
  state: 'START' | 'SUCCESS' | 'FAILURE' | 'STOP',
  { account, region }: Scope,
): BusEvent {
  const { applicationName, deploymentGroupName, deploymentGroupId } = deployment.group;
  return {
    source: 'aws.codedeploy',
    detailType: 'CodeDeploy Deployment State-change Notification',
    resources: [
      applicationArn(region, account, applicationName),
      groupArn(region, account, applicationName, deploymentGroupName),
    ],
    detail: {
      region,
      deploymentId: deployment.id,
      instanceGroupId: deploymentGroupId,
      deploymentGroup: deploymentGroupName,
      state,
      application: applicationName,
    },
  };
}
