import type {
  CreateUserCommandInput,
  CreateUserCommandOutput,
  DeleteUserCommandInput,
  GetUserCommandInput,
  GetUserCommandOutput,
  ListUsersCommandInput,
  ListUsersCommandOutput,
  UpdateUserCommandInput,
  User,
} from '@aws-sdk/client-iam';
import type { Tx } from '../../../kernel/database/port.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import { operation } from '../../../wire/operation.ts';
import { credentialsChanged } from '../credentials.ts';
import { iamErrors } from '../errors.ts';
import { deleteIdentity, insertIdentity, listIdentities, mustFind } from '../identities.ts';
import { newAwsId } from '../ids.ts';
import { identityArn, rootArn } from '../model/arns.ts';
import { cutPage, pageLimit } from '../model/paging.ts';
import { endSessions } from '../sessions.ts';
import type { IdentityRow } from '../tables.ts';
import { markerOf, newTags, type Out, readTags } from './shared.ts';

export function userOperations(kernel: Kernel) {
  return {
    CreateUser: operation<CreateUserCommandInput, Out<CreateUserCommandOutput>>({
      mutates: true,
      async handler(input, { scope, now }) {
        const row: IdentityRow = {
          account: scope.account,
          kind: 'user',
          name: input.UserName as string,
          id: newAwsId('AIDA'),
          path: input.Path ?? '/',
          created_at: now,
          trust: '',
          description: null,
          max_session: 0,
          boundary: input.PermissionsBoundary ?? null,
          tags: newTags(input.Tags),
        };
        await kernel.database.transaction((tx) => insertIdentity(tx, row));
        return { User: shownUser(row) };
      },
    }),
    GetUser: operation<GetUserCommandInput, Out<GetUserCommandOutput>>({
      mutates: false,
      async handler(input, { scope, principal }) {
        if (input.UserName === undefined && principal.kind === 'root') {
          const [row] = await kernel.database.read.query<{ created_at: number }>(
            "select created_at from iam_accounts where account = ? and region = '-'",
            [scope.account],
          );
          // The root user has neither path nor name of its own.
          return {
            User: {
              Path: '/',
              UserName: 'root',
              UserId: scope.account,
              Arn: rootArn(scope.account),
              CreateDate: new Date(row?.created_at ?? 0),
            },
          };
        }
        if (input.UserName === undefined && principal.kind !== 'user')
          throw iamErrors.validation('Must specify userName when calling with non-User credentials');
        const name = input.UserName ?? (principal.arn.split('/').at(-1) as string);
        return { User: shownUser(await mustFind(kernel.database.read, scope.account, 'user', name)) };
      },
    }),
    ListUsers: operation<ListUsersCommandInput, Out<ListUsersCommandOutput>>({
      mutates: false,
      async handler(input, { scope }) {
        const limit = pageLimit(input.MaxItems);
        const found = await listIdentities(kernel.database.read, scope.account, 'user', {
          pathPrefix: input.PathPrefix ?? '/',
          after: markerOf(input),
          limit: limit + 1,
        });
        const page = cutPage(found, limit, (row) => row.name.toLowerCase());
        return {
          // AWS leaves tags and boundary out of lists.
          Users: page.rows.map((row) => ({
            ...shownUser(row),
            Tags: undefined,
            PermissionsBoundary: undefined,
          })),
          IsTruncated: page.marker !== undefined,
          Marker: page.marker,
        };
      },
    }),
    UpdateUser: operation<UpdateUserCommandInput, object>({
      mutates: true,
      async handler(input, { scope }) {
        await kernel.database.transaction(async (tx) => {
          const row = await mustFind(tx, scope.account, 'user', input.UserName as string);
          await renameUser(tx, row, input.NewUserName ?? row.name, input.NewPath ?? row.path);
          credentialsChanged(kernel, tx, scope.account);
        });
        return {};
      },
    }),
    DeleteUser: operation<DeleteUserCommandInput, object>({
      mutates: true,
      async handler(input, { scope }) {
        await kernel.database.transaction(async (tx) => {
          const row = await mustFind(tx, scope.account, 'user', input.UserName as string);
          await refuseWhileUsed(tx, row);
          await deleteIdentity(tx, row);
          await endSessions(tx, scope.account, `user/${row.name}`);
          credentialsChanged(kernel, tx, scope.account);
        });
        return {};
      },
    }),
  };
}

function shownUser(row: IdentityRow): User {
  const tags = readTags(row.tags);
  return {
    UserName: row.name,
    UserId: row.id,
    Path: row.path,
    Arn: identityArn(row.account, 'user', row.path, row.name),
    CreateDate: new Date(row.created_at),
    ...(row.boundary === null ? {} : { PermissionsBoundary: boundaryOf(row.boundary) }),
    ...(tags.length === 0 ? {} : { Tags: tags }),
  };
}

export function boundaryOf(arn: string) {
  return { PermissionsBoundaryType: 'PermissionsBoundaryPolicy' as const, PermissionsBoundaryArn: arn };
}

async function refuseWhileUsed(tx: Tx, { account, name }: IdentityRow): Promise<void> {
  for (const [table, what] of [
    ['iam_access_keys', 'access keys'],
    ['iam_git_credentials', 'service specific credentials'],
  ]) {
    const rows = await tx.query(
      `select 1 from ${table} where account = ? and region = '-' and user_name = ? limit 1`,
      [account, name],
    );
    if (rows.length > 0) throw iamErrors.conflict(`Cannot delete entity, must delete ${what} first.`);
  }
}

/** Keys, policies and passwords follow the user to the new name; sessions end. */
async function renameUser(tx: Tx, row: IdentityRow, name: string, path: string): Promise<void> {
  if (name.toLowerCase() !== row.name.toLowerCase()) {
    const [taken] = await tx.query<{ name: string }>(
      "select name from iam_identities where account = ? and region = '-' and kind = 'user' and name_key = ?",
      [row.account, name.toLowerCase()],
    );
    if (taken) throw iamErrors.exists(`User with name ${name} already exists.`);
  }
  await tx.execute(
    "update iam_identities set name = ?, name_key = ?, path = ? where account = ? and region = '-' and kind = 'user' and name_key = ?",
    [name, name.toLowerCase(), path, row.account, row.name.toLowerCase()],
  );
  for (const table of ['iam_access_keys', 'iam_git_credentials'])
    await tx.execute(
      `update ${table} set user_name = ? where account = ? and region = '-' and user_name = ?`,
      [name, row.account, row.name],
    );
  for (const table of ['iam_inline_policies', 'iam_attachments'])
    await tx.execute(
      `update ${table} set owner = ? where account = ? and region = '-' and kind = 'user' and owner = ?`,
      [name, row.account, row.name],
    );
  await endSessions(tx, row.account, `user/${row.name}`);
}
