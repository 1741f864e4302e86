import type {
  CreateRoleCommandInput,
  CreateRoleCommandOutput,
  DeleteRoleCommandInput,
  DeleteRolePermissionsBoundaryCommandInput,
  GetRoleCommandInput,
  GetRoleCommandOutput,
  ListRolesCommandInput,
  ListRolesCommandOutput,
  PutRolePermissionsBoundaryCommandInput,
  Role,
  UpdateAssumeRolePolicyCommandInput,
  UpdateRoleCommandInput,
  UpdateRoleDescriptionCommandInput,
  UpdateRoleDescriptionCommandOutput,
} from '@aws-sdk/client-iam';
import type { Kernel } from '../../../kernel/kernel.ts';
import { operation } from '../../../wire/operation.ts';
import { credentialsChanged } from '../credentials.ts';
import {
  deleteIdentity,
  type IdentityChange,
  insertIdentity,
  listIdentities,
  mustFind,
  updateIdentity,
} from '../identities.ts';
import { newAwsId } from '../ids.ts';
import { identityArn } from '../model/arns.ts';
import { cutPage, pageLimit } from '../model/paging.ts';
import { endSessions } from '../sessions.ts';
import type { IdentityRow } from '../tables.ts';
import { checkDocument, encodeDocument, markerOf, newTags, type Out, readTags } from './shared.ts';
import { boundaryOf } from './users.ts';

const DEFAULT_SESSION_SECONDS = 3600;

export function roleOperations(kernel: Kernel) {
  const change = (account: string, name: string | undefined, columns: IdentityChange) =>
    kernel.database.transaction(async (tx) => {
      const row = await mustFind(tx, account, 'role', name as string);
      await updateIdentity(tx, row, columns);
      return { ...row, ...columns };
    });
  return {
    CreateRole: operation<CreateRoleCommandInput, Out<CreateRoleCommandOutput>>({
      mutates: true,
      async handler(input, { scope, now }) {
        checkDocument(input.AssumeRolePolicyDocument as string, 'trust');
        const row: IdentityRow = {
          account: scope.account,
          kind: 'role',
          name: input.RoleName as string,
          id: newAwsId('AROA'),
          path: input.Path ?? '/',
          created_at: now,
          trust: input.AssumeRolePolicyDocument as string,
          description: input.Description ?? null,
          max_session: input.MaxSessionDuration ?? DEFAULT_SESSION_SECONDS,
          boundary: input.PermissionsBoundary ?? null,
          tags: newTags(input.Tags),
        };
        await kernel.database.transaction((tx) => insertIdentity(tx, row));
        return { Role: shownRole(row) };
      },
    }),
    GetRole: operation<GetRoleCommandInput, Out<GetRoleCommandOutput>>({
      mutates: false,
      handler: async (input, { scope }) => ({
        Role: shownRole(
          await mustFind(kernel.database.read, scope.account, 'role', input.RoleName as string),
        ),
      }),
    }),
    ListRoles: operation<ListRolesCommandInput, Out<ListRolesCommandOutput>>({
      mutates: false,
      async handler(input, { scope }) {
        const limit = pageLimit(input.MaxItems);
        const found = await listIdentities(kernel.database.read, scope.account, 'role', {
          pathPrefix: input.PathPrefix ?? '/',
          after: markerOf(input),
          limit: limit + 1,
        });
        const page = cutPage(found, limit, (row) => row.name.toLowerCase());
        return {
          Roles: page.rows.map((row) => ({
            ...shownRole(row),
            Tags: undefined,
            PermissionsBoundary: undefined,
          })),
          IsTruncated: page.marker !== undefined,
          Marker: page.marker,
        };
      },
    }),
    UpdateRole: operation<UpdateRoleCommandInput, object>({
      mutates: true,
      async handler(input, { scope }) {
        await change(scope.account, input.RoleName, {
          ...(input.Description === undefined ? {} : { description: input.Description }),
          ...(input.MaxSessionDuration === undefined ? {} : { max_session: input.MaxSessionDuration }),
        });
        return {};
      },
    }),
    UpdateRoleDescription: operation<
      UpdateRoleDescriptionCommandInput,
      Out<UpdateRoleDescriptionCommandOutput>
    >({
      mutates: true,
      handler: async (input, { scope }) => ({
        Role: shownRole(
          await change(scope.account, input.RoleName, { description: input.Description ?? null }),
        ),
      }),
    }),
    UpdateAssumeRolePolicy: operation<UpdateAssumeRolePolicyCommandInput, object>({
      mutates: true,
      async handler(input, { scope }) {
        checkDocument(input.PolicyDocument as string, 'trust');
        await change(scope.account, input.RoleName, { trust: input.PolicyDocument as string });
        return {};
      },
    }),
    PutRolePermissionsBoundary: operation<PutRolePermissionsBoundaryCommandInput, object>({
      mutates: true,
      async handler(input, { scope }) {
        await change(scope.account, input.RoleName, { boundary: input.PermissionsBoundary as string });
        return {};
      },
    }),
    DeleteRolePermissionsBoundary: operation<DeleteRolePermissionsBoundaryCommandInput, object>({
      mutates: true,
      async handler(input, { scope }) {
        await change(scope.account, input.RoleName, { boundary: null });
        return {};
      },
    }),
    DeleteRole: operation<DeleteRoleCommandInput, object>({
      mutates: true,
      async handler(input, { scope }) {
        await kernel.database.transaction(async (tx) => {
          const row = await mustFind(tx, scope.account, 'role', input.RoleName as string);
          await deleteIdentity(tx, row);
          await endSessions(tx, scope.account, `role/${row.name}`);
          credentialsChanged(kernel, tx, scope.account);
        });
        return {};
      },
    }),
  };
}

function shownRole(row: IdentityRow): Role {
  const tags = readTags(row.tags);
  return {
    RoleName: row.name,
    RoleId: row.id,
    Path: row.path,
    Arn: identityArn(row.account, 'role', row.path, row.name),
    CreateDate: new Date(row.created_at),
    AssumeRolePolicyDocument: encodeDocument(row.trust),
    MaxSessionDuration: row.max_session,
    ...(row.description === null ? {} : { Description: row.description }),
    ...(row.boundary === null ? {} : { PermissionsBoundary: boundaryOf(row.boundary) }),
    ...(tags.length === 0 ? {} : { Tags: tags }),
  };
}
