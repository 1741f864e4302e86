import type { Scope } from '../../../../kernel/scope.ts';
import type { BusEvent } from '../../../../kernel/transitions/port.ts';
import { groupArn } from '../ids.ts';
import type { Target } from './state.ts';

/** "CodeDeploy Instance State-change Notification" in AWS's shape. */
export function instanceBusEvent(
  target: Target,
  state: 'START' | 'SUCCESS' | 'FAILURE',
  { account, region }: Scope,
): BusEvent {
  const { applicationName, deploymentGroupName, deploymentGroupId } = target.group;
  return {
    source: 'aws.codedeploy',
    detailType: 'CodeDeploy Instance State-change Notification',
    resources: [
      groupArn(region, account, applicationName, deploymentGroupName),
      `arn:aws:codedeploy:${region}:${account}:instance/${target.host}`,
    ],
    detail: {
      instanceId: target.host,
      region,
      state,
      application: applicationName,
      deploymentId: target.deploymentId,
      instanceGroupId: deploymentGroupId,
      deploymentGroup: deploymentGroupName,
    },
  };
}
