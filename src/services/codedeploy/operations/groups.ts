import type {
  BatchGetDeploymentGroupsCommandInput,
  CreateDeploymentGroupCommandInput,
  DeleteDeploymentGroupCommandInput,
  DeploymentGroupInfo,
  GetDeploymentGroupCommandInput,
  ListDeploymentGroupsCommandInput,
  UpdateDeploymentGroupCommandInput,
} from '@aws-sdk/client-codedeploy';
import type { Reader, Tx } from '../../../kernel/database/port.ts';
import { ApiError } from '../../../kernel/errors.ts';
import { newId } from '../../../kernel/ids.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { operation, type RequestContext, type ServiceOperations } from '../../../wire/operation.ts';
import { announceApplication } from '../announce.ts';
import { applicationNameOf, groupNameOf, limitOf } from '../model/checks.ts';
import type { GroupDefinition } from '../model/group.ts';
import { groupDefinition } from '../model/group-input.ts';
import { groupArn } from '../model/ids.ts';
import { PAGE, pageOf, pageStart } from '../model/paging.ts';
import { checkNewTags } from '../model/tags.ts';
import type { CodeDeployParts } from '../parts.ts';
import { needApplication } from '../store/applications.ts';
import { needConfig } from '../store/configs.ts';
import {
  deleteGroup,
  findGroup,
  type GroupRow,
  insertGroup,
  listGroups,
  needGroup,
  updateGroup,
} from '../store/groups.ts';
import { groupInfo } from './group-info.ts';

export function groupOperations({ kernel, iam }: CodeDeployParts): ServiceOperations {
  const { database } = kernel;
  const check = async (tx: Tx, scope: Scope, definition: GroupDefinition) => {
    await needConfig(tx, scope, definition.configName);
    if (!(await iam.roleExists(tx, definition.serviceRoleArn))) {
      throw new ApiError('InvalidRoleException', `Cannot find the role ${definition.serviceRoleArn}`);
    }
  };
  return {
    CreateDeploymentGroup: operation({
      mutates: true,
      resources,
      async handler(input: CreateDeploymentGroupCommandInput, { scope }) {
        const application = applicationNameOf(input.applicationName);
        const name = groupNameOf(input.deploymentGroupName);
        const definition = groupDefinition(input);
        const tags = checkNewTags(input.tags);
        const id = newId();
        await database.transaction(async (tx) => {
          await needApplication(tx, scope, application);
          if (await findGroup(tx, scope, application, name)) throw alreadyExists(name);
          await check(tx, scope, definition);
          await insertGroup(tx, scope, {
            application,
            name,
            id,
            definition: JSON.stringify(definition),
            tags: JSON.stringify(tags),
            active_deployment: null,
            created_at: kernel.clock.now(),
          });
          announceApplication(kernel, tx, scope, application);
        });
        return { deploymentGroupId: id };
      },
    }),
    UpdateDeploymentGroup: operation({
      mutates: true,
      resources: (input: UpdateDeploymentGroupCommandInput, context) =>
        resources({ ...input, deploymentGroupName: input.currentDeploymentGroupName }, context),
      async handler(input: UpdateDeploymentGroupCommandInput, { scope }) {
        const application = applicationNameOf(input.applicationName);
        const name = groupNameOf(input.currentDeploymentGroupName);
        const newName = groupNameOf(input.newDeploymentGroupName ?? name);
        await database.transaction(async (tx) => {
          await needApplication(tx, scope, application);
          const row = await needGroup(tx, scope, application, name, true);
          if (newName !== name && (await findGroup(tx, scope, application, newName)))
            throw alreadyExists(newName);
          const definition = groupDefinition(input, JSON.parse(row.definition) as GroupDefinition);
          await check(tx, scope, definition);
          await updateGroup(tx, scope, row.id, newName, definition);
          announceApplication(kernel, tx, scope, application);
        });
        return { hooksNotCleanedUp: [] };
      },
    }),
    GetDeploymentGroup: operation({
      mutates: false,
      resources,
      async handler(input: GetDeploymentGroupCommandInput, { scope }) {
        const application = applicationNameOf(input.applicationName);
        const name = groupNameOf(input.deploymentGroupName);
        const row = await readGroup(database.read, scope, application, name);
        return { deploymentGroupInfo: await groupInfo(database.read, scope, row) };
      },
    }),
    BatchGetDeploymentGroups: operation({
      mutates: false,
      async handler(input: BatchGetDeploymentGroupsCommandInput, { scope }) {
        const application = applicationNameOf(input.applicationName);
        limitOf(input.deploymentGroupNames, 100, 'BatchLimitExceededException');
        await needApplication(database.read, scope, application);
        const deploymentGroupsInfo: DeploymentGroupInfo[] = [];
        const missing: string[] = [];
        for (const name of input.deploymentGroupNames ?? []) {
          const row = await findGroup(database.read, scope, application, groupNameOf(name));
          if (row) deploymentGroupsInfo.push(await groupInfo(database.read, scope, row));
          else missing.push(name);
        }
        const errorMessage = `No Deployment Group found for name: ${missing.join(', ')}`;
        return { deploymentGroupsInfo, ...(missing.length > 0 ? { errorMessage } : {}) };
      },
    }),
    ListDeploymentGroups: operation({
      mutates: false,
      resources,
      async handler(input: ListDeploymentGroupsCommandInput, { scope }) {
        const applicationName = applicationNameOf(input.applicationName);
        await needApplication(database.read, scope, applicationName);
        const after = pageStart('groups', input.nextToken);
        const rows = await listGroups(database.read, scope, applicationName, after, PAGE + 1);
        const { page, next } = pageOf('groups', rows, (row) => row.name);
        return { applicationName, deploymentGroups: page.map((row) => row.name), ...next };
      },
    }),
    DeleteDeploymentGroup: operation({
      mutates: true,
      resources,
      async handler(input: DeleteDeploymentGroupCommandInput, { scope }) {
        const application = applicationNameOf(input.applicationName);
        const name = groupNameOf(input.deploymentGroupName);
        await database.transaction(async (tx) => {
          await deleteGroup(tx, scope, application, name);
          announceApplication(kernel, tx, scope, application);
        });
        return { hooksNotCleanedUp: [] };
      },
    }),
  };
}

function resources(
  input: { applicationName?: string | undefined; deploymentGroupName?: string | undefined },
  { scope }: RequestContext,
): readonly string[] {
  const { applicationName = '*', deploymentGroupName = '*' } = input;
  return [groupArn(scope.region, scope.account, applicationName, deploymentGroupName)];
}

async function readGroup(reader: Reader, scope: Scope, application: string, name: string): Promise<GroupRow> {
  await needApplication(reader, scope, application);
  return needGroup(reader, scope, application, name);
}

function alreadyExists(name: string): ApiError {
  return new ApiError('DeploymentGroupAlreadyExistsException', `Deployment Group already exists: ${name}`);
}
