import type {
  ApplicationInfo,
  BatchGetApplicationsCommandInput,
  CreateApplicationCommandInput,
  DeleteApplicationCommandInput,
  GetApplicationCommandInput,
  ListApplicationsCommandInput,
  UpdateApplicationCommandInput,
} from '@aws-sdk/client-codedeploy';
import { ApiError } from '../../../kernel/errors.ts';
import { newId } from '../../../kernel/ids.ts';
import { operation, type RequestContext, type ServiceOperations } from '../../../wire/operation.ts';
import { announceApplication } from '../announce.ts';
import { applicationNameOf, limitOf } from '../model/checks.ts';
import { applicationArn } from '../model/ids.ts';
import { PAGE, pageOf, pageStart } from '../model/paging.ts';
import { checkNewTags } from '../model/tags.ts';
import type { CodeDeployParts } from '../parts.ts';
import {
  type ApplicationRow,
  deleteApplication,
  findApplication,
  insertApplication,
  listApplications,
  needApplication,
  renameApplication,
} from '../store/applications.ts';

export function applicationOperations({ kernel }: CodeDeployParts): ServiceOperations {
  const { database } = kernel;
  return {
    CreateApplication: operation({
      mutates: true,
      resources,
      async handler(input: CreateApplicationCommandInput, { scope }) {
        const name = applicationNameOf(input.applicationName);
        if ((input.computePlatform ?? 'Server') !== 'Server') {
          const message = `The compute platform ${input.computePlatform} is not built; applications are of platform Server.`;
          throw new ApiError('InvalidComputePlatformException', message);
        }
        const tags = checkNewTags(input.tags);
        const id = newId();
        await database.transaction(async (tx) => {
          if (await findApplication(tx, scope, name)) throw alreadyExists(name);
          const row = { name, id, tags: JSON.stringify(tags), created_at: kernel.clock.now() };
          await insertApplication(tx, scope, row);
          announceApplication(kernel, tx, scope, name);
        });
        return { applicationId: id };
      },
    }),
    GetApplication: operation({
      mutates: false,
      resources,
      async handler(input: GetApplicationCommandInput, { scope }) {
        const name = applicationNameOf(input.applicationName);
        return { application: applicationInfo(await needApplication(database.read, scope, name)) };
      },
    }),
    BatchGetApplications: operation({
      mutates: false,
      async handler(input: BatchGetApplicationsCommandInput, { scope }) {
        limitOf(input.applicationNames, 100, 'BatchLimitExceededException');
        const applicationsInfo: ApplicationInfo[] = [];
        for (const name of input.applicationNames ?? []) {
          const row = await needApplication(database.read, scope, applicationNameOf(name));
          applicationsInfo.push(applicationInfo(row));
        }
        return { applicationsInfo };
      },
    }),
    ListApplications: operation({
      mutates: false,
      async handler(input: ListApplicationsCommandInput, { scope }) {
        const after = pageStart('applications', input.nextToken);
        const rows = await listApplications(database.read, scope, after, PAGE + 1);
        const { page, next } = pageOf('applications', rows, (row) => row.name);
        return { applications: page.map((row) => row.name), ...next };
      },
    }),
    UpdateApplication: operation({
      mutates: true,
      resources,
      async handler(input: UpdateApplicationCommandInput, { scope }) {
        const name = applicationNameOf(input.applicationName);
        const newName = applicationNameOf(input.newApplicationName);
        await database.transaction(async (tx) => {
          await needApplication(tx, scope, name);
          if (newName === name) return;
          if (await findApplication(tx, scope, newName)) throw alreadyExists(newName);
          await renameApplication(tx, scope, name, newName);
          for (const each of [name, newName]) announceApplication(kernel, tx, scope, each);
        });
        return {};
      },
    }),
    /** Deleting what is not there is fine, as in AWS. */
    DeleteApplication: operation({
      mutates: true,
      resources,
      async handler(input: DeleteApplicationCommandInput, { scope }) {
        const name = applicationNameOf(input.applicationName);
        await database.transaction(async (tx) => {
          await deleteApplication(tx, scope, name);
          announceApplication(kernel, tx, scope, name);
        });
        return {};
      },
    }),
  };
}

function applicationInfo(row: ApplicationRow): ApplicationInfo {
  return {
    applicationId: row.id,
    applicationName: row.name,
    createTime: new Date(row.created_at),
    linkedToGitHub: false,
    computePlatform: 'Server',
  };
}

function alreadyExists(name: string): ApiError {
  return new ApiError('ApplicationAlreadyExistsException', `Application already exists: ${name}`);
}

function resources(
  input: { applicationName?: string | undefined },
  { scope }: RequestContext,
): readonly string[] {
  return [applicationArn(scope.region, scope.account, input.applicationName ?? '*')];
}
