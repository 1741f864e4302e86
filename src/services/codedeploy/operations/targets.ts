import type {
  BatchGetDeploymentTargetsCommandInput,
  DeploymentTarget,
  GetDeploymentTargetCommandInput,
  InstanceTarget,
  ListDeploymentTargetsCommandInput,
} from '@aws-sdk/client-codedeploy';
import { ApiError } from '../../../kernel/errors.ts';
import { operation, type ServiceOperations } from '../../../wire/operation.ts';
import { deploymentIdOf, limitOf } from '../model/checks.ts';
import { pageOf, pageStart } from '../model/paging.ts';
import type { CodeDeployParts } from '../parts.ts';
import { needDeployment } from '../store/deployments.ts';
import { type TargetRow, targetsOf } from '../store/targets.ts';
import { instanceTarget, loadTarget } from './target-info.ts';

export function targetOperations({ kernel }: CodeDeployParts): ServiceOperations {
  const needTarget = async (
    scope: Parameters<typeof loadTarget>[1],
    deploymentId: string,
    targetId: string | undefined,
  ): Promise<DeploymentTarget> => {
    if (!targetId)
      throw new ApiError('DeploymentTargetIdRequiredException', 'A deployment target id is required.');
    const target = await loadTarget(kernel, scope, deploymentId, targetId);
    if (!target) {
      const message = `The deployment target ${targetId} does not exist in ${deploymentId}.`;
      throw new ApiError('DeploymentTargetDoesNotExistException', message);
    }
    const instance: InstanceTarget = await instanceTarget(kernel, scope, target);
    return { deploymentTargetType: 'InstanceTarget', instanceTarget: instance };
  };
  return {
    ListDeploymentTargets: operation({
      mutates: false,
      async handler(input: ListDeploymentTargetsCommandInput, { scope }) {
        const deploymentId = deploymentIdOf(input.deploymentId);
        await needDeployment(kernel, scope, deploymentId);
        const fits = statusFilter(input.targetFilters);
        const after = pageStart('targets', input.nextToken);
        const rows = (await targetsOf(kernel.database.read, scope, deploymentId)).filter(
          (row) => row.host > after && fits(row),
        );
        const { page, next } = pageOf('targets', rows, (row) => row.host);
        return { targetIds: page.map((row) => row.host), ...next };
      },
    }),
    GetDeploymentTarget: operation({
      mutates: false,
      async handler(input: GetDeploymentTargetCommandInput, { scope }) {
        const deploymentId = deploymentIdOf(input.deploymentId);
        await needDeployment(kernel, scope, deploymentId);
        return { deploymentTarget: await needTarget(scope, deploymentId, input.targetId) };
      },
    }),
    BatchGetDeploymentTargets: operation({
      mutates: false,
      async handler(input: BatchGetDeploymentTargetsCommandInput, { scope }) {
        const deploymentId = deploymentIdOf(input.deploymentId);
        if (!input.targetIds?.length) {
          throw new ApiError('DeploymentTargetIdRequiredException', 'A deployment target id is required.');
        }
        limitOf(input.targetIds, 25, 'DeploymentTargetListSizeExceededException');
        await needDeployment(kernel, scope, deploymentId);
        const deploymentTargets: DeploymentTarget[] = [];
        for (const id of input.targetIds) deploymentTargets.push(await needTarget(scope, deploymentId, id));
        return { deploymentTargets };
      },
    }),
  };
}

const STATUSES: readonly string[] = [
  'Pending',
  'InProgress',
  'Succeeded',
  'Failed',
  'Skipped',
  'Unknown',
  'Ready',
];

function statusFilter(filters: Partial<Record<string, string[]>> | undefined): (row: TargetRow) => boolean {
  for (const [name, values] of Object.entries(filters ?? {})) {
    if (name !== 'TargetStatus') {
      const message = `The filter ${name} is for blue/green deployments, which are not built.`;
      throw new ApiError('InvalidTargetFilterNameException', message);
    }
    const wrong = values?.find((value) => !STATUSES.includes(value));
    if (wrong !== undefined) {
      throw new ApiError('InvalidInstanceStatusException', `Invalid target status: ${wrong}`);
    }
  }
  const wanted = filters?.['TargetStatus'];
  return (row) => wanted === undefined || wanted.length === 0 || wanted.includes(row.status);
}
