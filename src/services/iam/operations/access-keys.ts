import type {
  CreateAccessKeyCommandInput,
  CreateAccessKeyCommandOutput,
  DeleteAccessKeyCommandInput,
  ListAccessKeysCommandInput,
  ListAccessKeysCommandOutput,
  UpdateAccessKeyCommandInput,
} from '@aws-sdk/client-iam';
import type { Reader, Tx } from '../../../kernel/database/port.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import { operation, type RequestContext } from '../../../wire/operation.ts';
import { credentialsChanged } from '../credentials.ts';
import { iamErrors } from '../errors.ts';
import { mustFind } from '../identities.ts';
import { newAwsId, newSecretKey } from '../ids.ts';
import { cutPage, pageLimit } from '../model/paging.ts';
import type { AccessKeyRow } from '../tables.ts';
import { markerOf, type Out } from './shared.ts';

const MAX_KEYS = 2;

export function accessKeyOperations(kernel: Kernel) {
  return {
    CreateAccessKey: operation<CreateAccessKeyCommandInput, Out<CreateAccessKeyCommandOutput>>({
      mutates: true,
      async handler(input, context) {
        const { account } = context.scope;
        const accessKeyId = newAwsId('AKIA');
        const secret = newSecretKey();
        const sealed = kernel.secrets.seal(account, accessKeyId, secret);
        const user = await kernel.database.transaction(async (tx) => {
          const name = await userName(tx, context, input.UserName);
          const keys = await tx.query(
            "select 1 from iam_access_keys where account = ? and region = '-' and user_name = ?",
            [account, name],
          );
          if (keys.length >= MAX_KEYS)
            throw iamErrors.limit(`Cannot exceed quota for AccessKeysPerUser: ${MAX_KEYS}`);
          await tx.execute(
            `insert into iam_access_keys (account, region, access_key_id, user_name, secret, status, created_at)
             values (?, '-', ?, ?, ?, 'Active', ?)`,
            [account, accessKeyId, name, sealed, context.now],
          );
          return name;
        });
        return {
          AccessKey: {
            UserName: user || 'root',
            AccessKeyId: accessKeyId,
            SecretAccessKey: secret,
            Status: 'Active',
            CreateDate: new Date(context.now),
          },
        };
      },
    }),
    ListAccessKeys: operation<ListAccessKeysCommandInput, Out<ListAccessKeysCommandOutput>>({
      mutates: false,
      async handler(input, context) {
        const name = await userName(kernel.database.read, context, input.UserName);
        const limit = pageLimit(input.MaxItems);
        const found = await kernel.database.read.query<AccessKeyRow>(
          `select * from iam_access_keys where account = ? and region = '-' and user_name = ? and access_key_id > ?
            order by access_key_id limit ?`,
          [context.scope.account, name, markerOf(input), limit + 1],
        );
        const page = cutPage(found, limit, (row) => row.access_key_id);
        return {
          AccessKeyMetadata: page.rows.map((row) => ({
            UserName: name || 'root',
            AccessKeyId: row.access_key_id,
            Status: row.status,
            CreateDate: new Date(row.created_at),
          })),
          IsTruncated: page.marker !== undefined,
          Marker: page.marker,
        };
      },
    }),
    UpdateAccessKey: operation<UpdateAccessKeyCommandInput, object>({
      mutates: true,
      async handler(input, context) {
        await kernel.database.transaction(async (tx) => {
          const changed = await tx.execute(
            `update iam_access_keys set status = ?
              where account = ? and region = '-' and access_key_id = ? and user_name = ?`,
            [
              input.Status as string,
              context.scope.account,
              input.AccessKeyId as string,
              await userName(tx, context, input.UserName),
            ],
          );
          if (changed === 0) throw noSuchKey(input.AccessKeyId);
          credentialsChanged(kernel, tx, context.scope.account);
        });
        return {};
      },
    }),
    DeleteAccessKey: operation<DeleteAccessKeyCommandInput, object>({
      mutates: true,
      async handler(input, context) {
        await kernel.database.transaction(async (tx) => {
          const gone = await tx.execute(
            "delete from iam_access_keys where account = ? and region = '-' and access_key_id = ? and user_name = ?",
            [context.scope.account, input.AccessKeyId as string, await userName(tx, context, input.UserName)],
          );
          if (gone === 0) throw noSuchKey(input.AccessKeyId);
          credentialsChanged(kernel, tx, context.scope.account);
        });
        return {};
      },
    }),
  };
}

/** The user that keys belong to: the named one, else the caller; empty for the account's root. */
async function userName(
  reader: Reader | Tx,
  { scope, principal }: RequestContext,
  named: string | undefined,
): Promise<string> {
  if (named !== undefined) return (await mustFind(reader, scope.account, 'user', named)).name;
  if (principal.kind === 'root') return '';
  if (principal.kind !== 'user')
    throw iamErrors.validation('Must specify userName when calling with non-User credentials');
  return principal.arn.split('/').at(-1) as string;
}

function noSuchKey(id: string | undefined) {
  return iamErrors.noSuch(`The Access Key with id ${id} cannot be found.`);
}
