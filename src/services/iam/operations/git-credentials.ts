import type {
  CreateServiceSpecificCredentialCommandInput,
  CreateServiceSpecificCredentialCommandOutput,
  DeleteServiceSpecificCredentialCommandInput,
  ListServiceSpecificCredentialsCommandInput,
  ListServiceSpecificCredentialsCommandOutput,
  ResetServiceSpecificCredentialCommandInput,
  ResetServiceSpecificCredentialCommandOutput,
  UpdateServiceSpecificCredentialCommandInput,
} from '@aws-sdk/client-iam';
import type { Tx } from '../../../kernel/database/port.ts';
import { ApiError } from '../../../kernel/errors.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import { operation, type RequestContext } from '../../../wire/operation.ts';
import { credentialsChanged } from '../credentials.ts';
import { iamErrors } from '../errors.ts';
import { GIT_SERVICE, hashPassword } from '../git-passwords.ts';
import { mustFind } from '../identities.ts';
import { newAwsId, newGitPassword } from '../ids.ts';
import { cutPage, pageLimit } from '../model/paging.ts';
import type { GitCredentialRow } from '../tables.ts';
import { markerOf, type Out } from './shared.ts';

const MAX_CREDENTIALS = 2;

/** User names and passwords for git. A password is shown once, when it is made. */
export function gitCredentialOperations(kernel: Kernel) {
  return {
    CreateServiceSpecificCredential: operation<
      CreateServiceSpecificCredentialCommandInput,
      Out<CreateServiceSpecificCredentialCommandOutput>
    >({
      mutates: true,
      async handler(input, context) {
        if (input.ServiceName !== GIT_SERVICE)
          throw new ApiError(
            'ServiceNotSupportedException',
            `No such service ${input.ServiceName} is supported.`,
            {
              status: 404,
            },
          );
        const password = newGitPassword();
        const password_hash = await hashPassword(password);
        const row = await kernel.database.transaction((tx) =>
          insert(tx, context, input.UserName, password_hash),
        );
        return { ServiceSpecificCredential: { ...shown(row), ServicePassword: password } };
      },
    }),
    ListServiceSpecificCredentials: operation<
      ListServiceSpecificCredentialsCommandInput,
      Out<ListServiceSpecificCredentialsCommandOutput>
    >({
      mutates: false,
      async handler(input, context) {
        const { account } = context.scope;
        const { read } = kernel.database;
        const user = await mustFind(read, account, 'user', userOf(input, context));
        const limit = pageLimit(input.MaxItems);
        const found = await read.query<GitCredentialRow>(
          `select * from iam_git_credentials where account = ? and region = '-' and user_name = ? and id > ?
              ${input.ServiceName === undefined ? '' : 'and service_name = ?'}
            order by id limit ?`,
          [
            account,
            user.name,
            markerOf(input),
            ...(input.ServiceName === undefined ? [] : [input.ServiceName]),
            limit + 1,
          ],
        );
        const page = cutPage(found, limit, ({ id }) => id);
        return {
          ServiceSpecificCredentials: page.rows.map(shown),
          IsTruncated: page.marker !== undefined,
          Marker: page.marker,
        };
      },
    }),
    UpdateServiceSpecificCredential: operation<UpdateServiceSpecificCredentialCommandInput, object>({
      mutates: true,
      async handler(input, context) {
        await change(kernel, context, input, async (tx, row) => {
          await tx.execute(
            "update iam_git_credentials set status = ? where account = ? and region = '-' and id = ?",
            [input.Status as string, row.account, row.id],
          );
        });
        return {};
      },
    }),
    ResetServiceSpecificCredential: operation<
      ResetServiceSpecificCredentialCommandInput,
      Out<ResetServiceSpecificCredentialCommandOutput>
    >({
      mutates: true,
      async handler(input, context) {
        const password = newGitPassword();
        const hash = await hashPassword(password);
        const row = await change(kernel, context, input, async (tx, found) => {
          await tx.execute(
            "update iam_git_credentials set password_hash = ? where account = ? and region = '-' and id = ?",
            [hash, found.account, found.id],
          );
        });
        return { ServiceSpecificCredential: { ...shown(row), ServicePassword: password } };
      },
    }),
    DeleteServiceSpecificCredential: operation<DeleteServiceSpecificCredentialCommandInput, object>({
      mutates: true,
      async handler(input, context) {
        await change(kernel, context, input, async (tx, row) => {
          await tx.execute("delete from iam_git_credentials where account = ? and region = '-' and id = ?", [
            row.account,
            row.id,
          ]);
        });
        return {};
      },
    }),
  };
}

async function insert(
  tx: Tx,
  { scope, now }: RequestContext,
  userName: string | undefined,
  password_hash: string,
): Promise<GitCredentialRow> {
  const user = await mustFind(tx, scope.account, 'user', userName as string);
  const others = await tx.query(
    "select 1 from iam_git_credentials where account = ? and region = '-' and user_name = ?",
    [scope.account, user.name],
  );
  if (others.length >= MAX_CREDENTIALS)
    throw iamErrors.limit(`Cannot exceed quota for ServiceSpecificCredentialsPerUser: ${MAX_CREDENTIALS}`);
  const row: GitCredentialRow = {
    account: scope.account,
    id: newAwsId('ACCA'),
    user_name: user.name,
    service_name: GIT_SERVICE,
    service_user_name: await freeName(tx, user.name, scope.account),
    password_hash,
    status: 'Active',
    created_at: now,
  };
  await tx.execute(
    `insert into iam_git_credentials (account, region, id, user_name, service_name, service_user_name, password_hash,
       status, created_at) values (?, '-', ?, ?, ?, ?, ?, ?, ?)`,
    [
      row.account,
      row.id,
      row.user_name,
      row.service_name,
      row.service_user_name,
      row.password_hash,
      row.status,
      row.created_at,
    ],
  );
  return row;
}

/** `name-at-account`, then `name+1-at-account` and so on. */
async function freeName(tx: Tx, user: string, account: string): Promise<string> {
  for (let n = 0; ; n++) {
    const name = `${user}${n === 0 ? '' : `+${n}`}-at-${account}`;
    const taken = await tx.query('select 1 from iam_git_credentials where service_user_name = ?', [name]);
    if (taken.length === 0) return name;
  }
}

interface Named {
  readonly UserName?: string | undefined;
  readonly ServiceSpecificCredentialId: string | undefined;
}

async function change(
  kernel: Kernel,
  context: RequestContext,
  input: Named,
  write: (tx: Tx, row: GitCredentialRow) => Promise<void>,
): Promise<GitCredentialRow> {
  const { account } = context.scope;
  return kernel.database.transaction(async (tx) => {
    const [row] = await tx.query<GitCredentialRow>(
      "select * from iam_git_credentials where account = ? and region = '-' and id = ?",
      [account, input.ServiceSpecificCredentialId as string],
    );
    if (!row || (input.UserName !== undefined && row.user_name !== input.UserName))
      throw iamErrors.noSuch(`No such credential ${input.ServiceSpecificCredentialId} exists`);
    await write(tx, row);
    credentialsChanged(kernel, tx, account);
    return row;
  });
}

function userOf(input: { readonly UserName?: string | undefined }, { principal }: RequestContext): string {
  if (input.UserName !== undefined) return input.UserName;
  if (principal.kind !== 'user')
    throw iamErrors.validation('Must specify userName when calling with non-User credentials');
  return principal.arn.split('/').at(-1) as string;
}

function shown(row: GitCredentialRow) {
  return {
    UserName: row.user_name,
    ServiceName: row.service_name,
    ServiceUserName: row.service_user_name,
    ServiceSpecificCredentialId: row.id,
    Status: row.status,
    CreateDate: new Date(row.created_at),
  };
}
