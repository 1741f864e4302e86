import type { CreateDeploymentGroupCommandInput } from '@aws-sdk/client-codedeploy';
import { ApiError } from '../../../kernel/errors.ts';
import { DEFAULT_CONFIG } from './configs.ts';
import type { RollbackEvent } from './deployment/state.ts';
import { checkTagFilters, type GroupDefinition } from './group.ts';

/** What create and update have in common. */
export type GroupInput = Partial<
  Omit<CreateDeploymentGroupCommandInput, 'applicationName' | 'deploymentGroupName'>
>;

/** The definition that a request asks for; an update (`before`) keeps what it does not name. */
export function groupDefinition(input: GroupInput, before?: GroupDefinition): GroupDefinition {
  refuseUnbuilt(input);
  const serviceRoleArn = input.serviceRoleArn ?? before?.serviceRoleArn;
  if (!serviceRoleArn) throw new ApiError('RoleRequiredException', 'A service role is required.');
  const definition: GroupDefinition = {
    serviceRoleArn,
    configName: input.deploymentConfigName ?? before?.configName ?? DEFAULT_CONFIG,
    ...filters(input, before),
    autoRollback: rollbackOf(input.autoRollbackConfiguration) ?? before?.autoRollback,
    outdatedInstancesStrategy:
      input.outdatedInstancesStrategy ?? before?.outdatedInstancesStrategy ?? 'UPDATE',
  };
  checkTagFilters(definition);
  return definition;
}

/** Naming one way to select replaces both of its kind, so that an update can go from one to the other. */
function filters(input: GroupInput, before: GroupDefinition | undefined) {
  const ec2 = input.ec2TagFilters !== undefined || input.ec2TagSet !== undefined;
  const onPremises = input.onPremisesInstanceTagFilters !== undefined || input.onPremisesTagSet !== undefined;
  return {
    ec2TagFilters: (ec2 ? input.ec2TagFilters : before?.ec2TagFilters) ?? [],
    ec2TagSet: ec2 ? input.ec2TagSet : before?.ec2TagSet,
    onPremisesInstanceTagFilters:
      (onPremises ? input.onPremisesInstanceTagFilters : before?.onPremisesInstanceTagFilters) ?? [],
    onPremisesTagSet: onPremises ? input.onPremisesTagSet : before?.onPremisesTagSet,
  };
}

export function rollbackOf(
  configuration: { enabled?: boolean | undefined; events?: readonly string[] | undefined } | undefined,
): GroupDefinition['autoRollback'] {
  if (configuration === undefined) return undefined;
  const { enabled = false, events = [] } = configuration;
  if (enabled && events.length === 0) {
    throw new ApiError(
      'InvalidAutoRollbackConfigException',
      'An enabled automatic rollback names at least one event.',
    );
  }
  return { enabled, events: events as readonly RollbackEvent[] };
}

const UNBUILT: readonly [(input: GroupInput) => boolean, string, string][] = [
  [
    (input) => input.deploymentStyle?.deploymentType === 'BLUE_GREEN',
    'InvalidDeploymentStyleException',
    'Deployment type BLUE_GREEN',
  ],
  [
    (input) => input.deploymentStyle?.deploymentOption === 'WITH_TRAFFIC_CONTROL',
    'InvalidDeploymentStyleException',
    'Deployment option WITH_TRAFFIC_CONTROL',
  ],
  [
    (input) => input.blueGreenDeploymentConfiguration !== undefined,
    'InvalidBlueGreenDeploymentConfigurationException',
    'blueGreenDeploymentConfiguration',
  ],
  [
    (input) =>
      Object.values(input.loadBalancerInfo ?? {}).some((list) => !Array.isArray(list) || list.length > 0),
    'InvalidLoadBalancerInfoException',
    'loadBalancerInfo',
  ],
  [
    (input) => (input.autoScalingGroups?.length ?? 0) > 0,
    'InvalidAutoScalingGroupException',
    'autoScalingGroups',
  ],
  [(input) => (input.ecsServices?.length ?? 0) > 0, 'InvalidECSServiceException', 'ecsServices'],
  [
    (input) =>
      input.alarmConfiguration?.enabled === true || (input.alarmConfiguration?.alarms?.length ?? 0) > 0,
    'InvalidAlarmConfigException',
    'alarmConfiguration',
  ],
  [
    (input) => (input.triggerConfigurations?.length ?? 0) > 0,
    'InvalidTriggerConfigException',
    'triggerConfigurations',
  ],
  [(input) => input.terminationHookEnabled === true, 'InvalidInputException', 'terminationHookEnabled'],
];

/** Never silently ignored: a group that asks for what is not built does not come to be. */
function refuseUnbuilt(input: GroupInput): void {
  for (const [asked, code, name] of UNBUILT) {
    if (asked(input))
      throw new ApiError(code, `${name} is not built; deployments are IN_PLACE WITHOUT_TRAFFIC_CONTROL.`);
  }
}
