import type {
  BatchGetDeploymentInstancesCommandInput,
  GetDeploymentInstanceCommandInput,
  InstanceSummary,
  ListDeploymentInstancesCommandInput,
} from '@aws-sdk/client-codedeploy';
import { ApiError } from '../../../kernel/errors.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { operation, type ServiceOperations } from '../../../wire/operation.ts';
import { deploymentIdOf, instanceNameOf, limitOf } from '../model/checks.ts';
import { pageOf, pageStart } from '../model/paging.ts';
import type { Target } from '../model/target/state.ts';
import type { CodeDeployParts } from '../parts.ts';
import { needDeployment } from '../store/deployments.ts';
import { targetsOf } from '../store/targets.ts';
import { loadTarget, wireEvent } from './target-info.ts';

/** The older operations about a deployment's instances, which clients still use. */
export function deploymentInstanceOperations({ kernel }: CodeDeployParts): ServiceOperations {
  const need = async (scope: Scope, deploymentId: string, host: string): Promise<InstanceSummary> => {
    const target = await loadTarget(kernel, scope, deploymentId, host);
    if (target) return summary(target);
    const message = `The instance ${host} does not belong to the deployment ${deploymentId}.`;
    throw new ApiError('InstanceDoesNotExistException', message);
  };
  return {
    ListDeploymentInstances: operation({
      mutates: false,
      async handler(input: ListDeploymentInstancesCommandInput, { scope }) {
        const deploymentId = deploymentIdOf(input.deploymentId);
        await needDeployment(kernel, scope, deploymentId);
        if (input.instanceTypeFilter?.length) {
          const message = 'instanceTypeFilter is for blue/green deployments, which are not built.';
          throw new ApiError('InvalidInstanceTypeException', message);
        }
        const statuses: readonly string[] = input.instanceStatusFilter ?? [];
        const after = pageStart('deployment-instances', input.nextToken);
        const rows = (await targetsOf(kernel.database.read, scope, deploymentId)).filter(
          (row) => row.host > after && (statuses.length === 0 || statuses.includes(row.status)),
        );
        const { page, next } = pageOf('deployment-instances', rows, (row) => row.host);
        return { instancesList: page.map((row) => row.host), ...next };
      },
    }),
    GetDeploymentInstance: operation({
      mutates: false,
      async handler(input: GetDeploymentInstanceCommandInput, { scope }) {
        const deploymentId = deploymentIdOf(input.deploymentId);
        if (!input.instanceId)
          throw new ApiError('InstanceIdRequiredException', 'An instance id is required.');
        await needDeployment(kernel, scope, deploymentId);
        return { instanceSummary: await need(scope, deploymentId, instanceNameOf(input.instanceId)) };
      },
    }),
    BatchGetDeploymentInstances: operation({
      mutates: false,
      async handler(input: BatchGetDeploymentInstancesCommandInput, { scope }) {
        const deploymentId = deploymentIdOf(input.deploymentId);
        limitOf(input.instanceIds, 25, 'BatchLimitExceededException');
        await needDeployment(kernel, scope, deploymentId);
        const instancesSummary: InstanceSummary[] = [];
        for (const id of input.instanceIds ?? []) instancesSummary.push(await need(scope, deploymentId, id));
        return { instancesSummary };
      },
    }),
  };
}

function summary(target: Target): InstanceSummary {
  return {
    deploymentId: target.deploymentId,
    instanceId: target.host,
    status: target.status,
    lastUpdatedAt: new Date(target.lastUpdatedAt),
    lifecycleEvents: target.events.map(wireEvent),
  };
}
