import { randomUUID } from 'node:crypto';
import type {
  BatchGetDeploymentsCommandInput,
  CreateDeploymentCommandInput,
  DeploymentInfo,
  GetDeploymentCommandInput,
  ListDeploymentsCommandInput,
  StopDeploymentCommandInput,
} from '@aws-sdk/client-codedeploy';
import { ApiError } from '../../../kernel/errors.ts';
import { operation, type RequestContext, type ServiceOperations } from '../../../wire/operation.ts';
import { createDeployment, type DeploymentRequest } from '../create-deployment.ts';
import { applicationNameOf, configNameOf, deploymentIdOf, groupNameOf, limitOf } from '../model/checks.ts';
import { DEPLOYMENT_KIND, type Deployment, isEnded } from '../model/deployment/state.ts';
import { rollbackOf } from '../model/group-input.ts';
import { deploymentIdFrom, groupArn } from '../model/ids.ts';
import { PAGE, pageOf, pageStart } from '../model/paging.ts';
import { revisionOf } from '../model/revision-input.ts';
import type { CodeDeployParts } from '../parts.ts';
import { needApplication } from '../store/applications.ts';
import { listDeployments, needDeployment } from '../store/deployments.ts';
import { needGroup } from '../store/groups.ts';
import { deploymentInfo } from './deployment-info.ts';

export function deploymentOperations(parts: CodeDeployParts): ServiceOperations {
  const { kernel } = parts;
  const { database } = kernel;
  return {
    CreateDeployment: operation({
      mutates: true,
      resources: (input: CreateDeploymentCommandInput, { scope }: RequestContext) => [
        groupArn(scope.region, scope.account, input.applicationName ?? '*', input.deploymentGroupName ?? '*'),
      ],
      async handler(input: CreateDeploymentCommandInput, { scope }) {
        const request = requestOf(input);
        await needApplication(database.read, scope, request.applicationName);
        await createDeployment(parts, scope, request);
        return { deploymentId: request.id };
      },
    }),
    GetDeployment: operation({
      mutates: false,
      async handler(input: GetDeploymentCommandInput, { scope }) {
        const state = await needDeployment(kernel, scope, deploymentIdOf(input.deploymentId));
        return { deploymentInfo: deploymentInfo(state) };
      },
    }),
    BatchGetDeployments: operation({
      mutates: false,
      async handler(input: BatchGetDeploymentsCommandInput, { scope }) {
        limitOf(input.deploymentIds, 25, 'BatchLimitExceededException');
        const deploymentsInfo: DeploymentInfo[] = [];
        for (const id of input.deploymentIds ?? []) {
          const ref = { kind: DEPLOYMENT_KIND, id: deploymentIdOf(id) };
          const state = await kernel.transitions.load<Deployment>(scope, ref);
          if (state) deploymentsInfo.push(deploymentInfo(state));
        }
        return { deploymentsInfo };
      },
    }),
    ListDeployments: operation({
      mutates: false,
      async handler(input: ListDeploymentsCommandInput, { scope }) {
        const { applicationName: application, deploymentGroupName: groupName } = input;
        if (groupName !== undefined && application === undefined) {
          throw new ApiError('ApplicationNameRequiredException', 'Application name is required.');
        }
        if (application !== undefined)
          await needApplication(database.read, scope, applicationNameOf(application));
        if (application !== undefined && groupName !== undefined) {
          await needGroup(database.read, scope, application, groupNameOf(groupName));
        }
        const { start, end } = input.createTimeRange ?? {};
        if (start && end && start > end) {
          throw new ApiError('InvalidTimeRangeException', 'The time range ends before it begins.');
        }
        // External ids are those of deployments made for stacks elsewhere: none of ours has one.
        if (input.externalId !== undefined) return { deployments: [] };
        const after = pageStart('deployments', input.nextToken);
        const filter = {
          application,
          groupName,
          statuses: input.includeOnlyStatuses?.length ? input.includeOnlyStatuses : undefined,
          from: start?.getTime(),
          to: end?.getTime(),
          before: after === '' ? undefined : positionOf(after),
        };
        const rows = await listDeployments(database.read, scope, filter, PAGE + 1);
        const { page, next } = pageOf('deployments', rows, (row) => `${row.created_at} ${row.id}`);
        return { deployments: page.map((row) => row.id), ...next };
      },
    }),
    StopDeployment: operation({
      mutates: true,
      async handler(input: StopDeploymentCommandInput, { scope }) {
        const id = deploymentIdOf(input.deploymentId);
        const ref = { kind: DEPLOYMENT_KIND, id };
        const { state } = await kernel.transitions.run(scope, ref, {
          kind: 'stop',
          rollback: input.autoRollbackEnabled,
        } as never);
        if (isEnded(state as Deployment)) {
          return { status: 'Succeeded', statusMessage: `Deployment ${id} was stopped.` };
        }
        const statusMessage = `Deployment ${id} stops as soon as the instances under way have stopped.`;
        return { status: 'Pending', statusMessage };
      },
    }),
  };
}

function positionOf(key: string): { readonly createdAt: number; readonly id: string } {
  const [createdAt, id = ''] = key.split(' ');
  return { createdAt: Number(createdAt), id };
}

function requestOf(input: CreateDeploymentCommandInput): DeploymentRequest {
  if (input.targetInstances !== undefined) {
    throw new ApiError(
      'InvalidTargetInstancesException',
      'targetInstances is for blue/green deployments, which are not built.',
    );
  }
  const alarms = input.overrideAlarmConfiguration;
  if (alarms?.enabled === true || (alarms?.alarms?.length ?? 0) > 0) {
    throw new ApiError('InvalidAlarmConfigException', 'overrideAlarmConfiguration is not built.');
  }
  if ((input.description?.length ?? 0) > 1000) {
    throw new ApiError('DescriptionTooLongException', 'A description has at most 1000 characters.');
  }
  return {
    id: deploymentIdFrom(randomUUID()),
    applicationName: applicationNameOf(input.applicationName),
    deploymentGroupName: groupNameOf(input.deploymentGroupName),
    revision: input.revision && revisionOf(input.revision),
    configName: input.deploymentConfigName && configNameOf(input.deploymentConfigName),
    description: input.description,
    creator: 'user',
    fileExistsBehavior: input.fileExistsBehavior,
    ignoreApplicationStopFailures: input.ignoreApplicationStopFailures,
    updateOutdatedInstancesOnly: input.updateOutdatedInstancesOnly,
    autoRollback: rollbackOf(input.autoRollbackConfiguration),
  };
}
