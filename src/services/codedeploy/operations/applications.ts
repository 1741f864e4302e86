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
import { applicationNameOf, limitOf } from '../model/checks.ts';
import { applicationArn } from '../model/ids.ts';
import { decodeToken, encodeToken } from '../model/page-token.ts';
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

const PAGE = 100;

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
        const [after] = decodeToken('applications', input.nextToken, ['string']) ?? [''];
        const rows = await listApplications(database.read, scope, after as string, PAGE + 1);
        const page = rows.slice(0, PAGE);
        return {
          applications: page.map((row) => row.name),
          ...(rows.length > PAGE
            ? { nextToken: encodeToken('applications', [(page.at(-1) as ApplicationRow).name]) }
            : {}),
        };
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
        await database.transaction((tx) => deleteApplication(tx, scope, name));
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
