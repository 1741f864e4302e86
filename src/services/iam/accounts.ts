import type { Kernel } from '../../kernel/kernel.ts';
import type { Principal } from '../../wire/operation.ts';
import type { AccessKey } from './face.ts';
import { newAwsId, newSecretKey } from './ids.ts';
import { rootArn } from './model/arns.ts';
import type { AccessKeyRow } from './tables.ts';

export function rootOf(account: string, accessKeyId: string): Principal {
  return { account, arn: rootArn(account), userId: account, accessKeyId, kind: 'root' };
}

/** Makes the account and its root key when they are missing. Two processes that do it at once agree on one key. */
export async function ensureAccount(kernel: Kernel, account: string): Promise<AccessKey> {
  if (!/^\d{12}$/.test(account)) throw new RangeError(`an account has twelve digits: ${account}`);
  const row = (await rootKey(kernel, account)) ?? (await makeAccount(kernel, account));
  return {
    accessKeyId: row.access_key_id,
    secretAccessKey: kernel.secrets.open(account, row.access_key_id, row.secret),
  };
}

async function rootKey(kernel: Kernel, account: string): Promise<AccessKeyRow | undefined> {
  const [row] = await kernel.database.read.query<AccessKeyRow>(
    "select * from iam_access_keys where account = ? and region = '-' and user_name = '' order by created_at limit 1",
    [account],
  );
  return row;
}

async function makeAccount(kernel: Kernel, account: string): Promise<AccessKeyRow> {
  const accessKeyId = newAwsId('AKIA');
  const secret = kernel.secrets.seal(account, accessKeyId, newSecretKey());
  await kernel.database.transaction(async (tx) => {
    const now = kernel.clock.now();
    const made = await tx.execute(
      "insert into iam_accounts (account, region, created_at) values (?, '-', ?) on conflict (account, region) do nothing",
      [account, now],
    );
    if (made === 0) return;
    await tx.execute(
      `insert into iam_access_keys (account, region, access_key_id, user_name, secret, status, created_at)
       values (?, '-', ?, '', ?, 'Active', ?)`,
      [account, accessKeyId, secret, now],
    );
  });
  return (await rootKey(kernel, account)) as AccessKeyRow;
}
