import type {
  BatchGetApplicationRevisionsCommandInput,
  GenericRevisionInfo,
  GetApplicationRevisionCommandInput,
  ListApplicationRevisionsCommandInput,
  RegisterApplicationRevisionCommandInput,
  RevisionInfo,
} from '@aws-sdk/client-codedeploy';
import { ApiError } from '../../../kernel/errors.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { encodePageToken } from '../../../pure/page-token.ts';
import { operation, type ServiceOperations } from '../../../wire/operation.ts';
import { applicationNameOf, limitOf } from '../model/checks.ts';
import { PAGE, pageStart } from '../model/paging.ts';
import type { Revision } from '../model/revision.ts';
import { revisionLocation, revisionOf } from '../model/revision-input.ts';
import type { CodeDeployParts } from '../parts.ts';
import { needApplication } from '../store/applications.ts';
import { lastGoodOf } from '../store/deployments.ts';
import { allGroups } from '../store/groups.ts';
import { findRevision, listRevisions, type RevisionRow, registerRevision } from '../store/revisions.ts';

export function revisionOperations({ kernel }: CodeDeployParts): ServiceOperations {
  const { database } = kernel;

  /** Groups that have the revision as their current one. */
  const usersOf = async (scope: Scope, application: string): Promise<ReadonlyMap<string, string[]>> => {
    const users = new Map<string, string[]>();
    for (const group of await allGroups(database.read, scope)) {
      if (group.application !== application) continue;
      const good = await lastGoodOf(database.read, scope, group.id);
      const key = good && JSON.stringify(good.revision);
      if (key !== undefined) users.set(key, [...(users.get(key) ?? []), group.name]);
    }
    return users;
  };

  return {
    RegisterApplicationRevision: operation({
      mutates: true,
      async handler(input: RegisterApplicationRevisionCommandInput, { scope }) {
        const application = applicationNameOf(input.applicationName);
        const revision = revisionOf(input.revision);
        if ((input.description?.length ?? 0) > 1000) {
          throw new ApiError('DescriptionTooLongException', 'A description has at most 1000 characters.');
        }
        await database.transaction(async (tx) => {
          await needApplication(tx, scope, application);
          const now = kernel.clock.now();
          await registerRevision(tx, scope, application, revision, input.description ?? '', now);
        });
        return {};
      },
    }),
    GetApplicationRevision: operation({
      mutates: false,
      async handler(input: GetApplicationRevisionCommandInput, { scope }) {
        const applicationName = applicationNameOf(input.applicationName);
        const revision = revisionOf(input.revision);
        await needApplication(database.read, scope, applicationName);
        const row = await findRevision(database.read, scope, applicationName, revision);
        if (!row) throw new ApiError('RevisionDoesNotExistException', 'The revision is not registered.');
        const users = await usersOf(scope, applicationName);
        return { applicationName, revision: revisionLocation(revision), revisionInfo: info(row, users) };
      },
    }),
    BatchGetApplicationRevisions: operation({
      mutates: false,
      async handler(input: BatchGetApplicationRevisionsCommandInput, { scope }) {
        const applicationName = applicationNameOf(input.applicationName);
        limitOf(input.revisions, 25, 'BatchLimitExceededException');
        await needApplication(database.read, scope, applicationName);
        const users = await usersOf(scope, applicationName);
        const revisions: RevisionInfo[] = [];
        for (const location of input.revisions ?? []) {
          const revision = revisionOf(location);
          const row = await findRevision(database.read, scope, applicationName, revision);
          if (row) {
            revisions.push({
              revisionLocation: revisionLocation(revision),
              genericRevisionInfo: info(row, users),
            });
          }
        }
        return { applicationName, revisions };
      },
    }),
    ListApplicationRevisions: operation({
      mutates: false,
      async handler(input: ListApplicationRevisionsCommandInput, { scope }) {
        const application = applicationNameOf(input.applicationName);
        await needApplication(database.read, scope, application);
        if (input.s3KeyPrefix !== undefined && input.s3Bucket === undefined) {
          throw new ApiError('BucketNameFilterRequiredException', 'A key prefix needs a bucket.');
        }
        const deployed = await usersOf(scope, application);
        const rows = (await listRevisions(database.read, scope, application)).filter((row) =>
          fits(row, input, deployed),
        );
        const by = SORTS[input.sortBy ?? 'registerTime'];
        const sign = input.sortOrder === 'descending' ? -1 : 1;
        rows.sort((a, b) => sign * (by(a) - by(b) || (a.revision_key < b.revision_key ? -1 : 1)));
        const skip = Number(pageStart('revisions', input.nextToken));
        const end = skip + PAGE;
        return {
          revisions: rows
            .slice(skip, end)
            .map((row) => revisionLocation(JSON.parse(row.revision) as Revision)),
          ...(rows.length > end ? { nextToken: encodePageToken('revisions', String(end)) } : {}),
        };
      },
    }),
  };
}

const SORTS = {
  registerTime: (row: RevisionRow) => row.registered_at,
  firstUsedTime: (row: RevisionRow) => row.first_used_at ?? 0,
  lastUsedTime: (row: RevisionRow) => row.last_used_at ?? 0,
} as const;

function fits(
  row: RevisionRow,
  input: ListApplicationRevisionsCommandInput,
  deployed: ReadonlyMap<string, string[]>,
): boolean {
  const { bucket, key } = JSON.parse(row.revision) as Revision;
  if (input.s3Bucket !== undefined && bucket !== input.s3Bucket) return false;
  if (input.s3KeyPrefix !== undefined && !key.startsWith(input.s3KeyPrefix)) return false;
  const wanted = input.deployed ?? 'ignore';
  return wanted === 'ignore' || deployed.has(row.revision) === (wanted === 'include');
}

function info(row: RevisionRow, users: ReadonlyMap<string, string[]>): GenericRevisionInfo {
  return {
    description: row.description,
    deploymentGroups: users.get(row.revision) ?? [],
    registerTime: new Date(row.registered_at),
    ...(row.first_used_at === null ? {} : { firstUsedTime: new Date(row.first_used_at) }),
    ...(row.last_used_at === null ? {} : { lastUsedTime: new Date(row.last_used_at) }),
  };
}
