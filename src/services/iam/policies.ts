import type { Reader, Tx } from '../../kernel/database/port.ts';
import { awsManagedPolicy } from './aws-managed-policies.ts';
import { iamErrors } from './errors.ts';
import type { ManagedPolicyRow, PolicyVersionRow } from './tables.ts';

/** A policy of the account, or undefined. Locked until the end of the transaction where one is given. */
export async function findPolicy(
  reader: Reader | Tx,
  account: string,
  arn: string,
): Promise<ManagedPolicyRow | undefined> {
  const lock = 'execute' in reader && reader.dialect === 'postgres' ? ' for update' : '';
  const [row] = await reader.query<ManagedPolicyRow>(
    `select * from iam_policies where account = ? and region = '-' and arn = ?${lock}`,
    [account, arn],
  );
  return row;
}

export async function mustFindPolicy(
  reader: Reader | Tx,
  account: string,
  arn: string,
): Promise<ManagedPolicyRow> {
  const row = await findPolicy(reader, account, arn);
  if (!row) throw iamErrors.noSuch(`Policy ${arn} was not found.`);
  return row;
}

/** The name of a policy that can be attached: the account's own, or one of AWS's that is known here. */
export async function attachableName(reader: Reader | Tx, account: string, arn: string): Promise<string> {
  const name = awsManagedPolicy(arn)?.name ?? (await findPolicy(reader, account, arn))?.name;
  if (name === undefined) throw iamErrors.noSuch(`Policy ${arn} does not exist or is not attachable.`);
  return name;
}

export async function listVersions(
  reader: Reader,
  { account, arn }: ManagedPolicyRow,
): Promise<PolicyVersionRow[]> {
  return reader.query<PolicyVersionRow>(
    `select version, document, created_at from iam_policy_versions
      where account = ? and region = '-' and arn = ? order by version desc`,
    [account, arn],
  );
}

export async function insertVersion(
  tx: Tx,
  { account, arn }: Pick<ManagedPolicyRow, 'account' | 'arn'>,
  version: PolicyVersionRow,
): Promise<void> {
  await tx.execute(
    `insert into iam_policy_versions (account, region, arn, version, document, created_at) values (?, '-', ?, ?, ?, ?)`,
    [account, arn, version.version, version.document, version.created_at],
  );
}

/** How many users and roles a policy is attached to, by ARN. */
export async function attachmentCounts(
  reader: Reader,
  account: string,
): Promise<ReadonlyMap<string, number>> {
  const rows = await reader.query<{ arn: string; n: number }>(
    "select arn, count(*) as n from iam_attachments where account = ? and region = '-' group by arn",
    [account],
  );
  return new Map(rows.map((row) => [row.arn, Number(row.n)]));
}

/** Policies by name, sorted; `after` is a name in lower case. */
export async function listPolicies(
  reader: Reader,
  account: string,
  page: {
    readonly pathPrefix: string;
    readonly after: string;
    readonly limit: number;
    readonly onlyAttached: boolean;
  },
): Promise<ManagedPolicyRow[]> {
  const attached = page.onlyAttached
    ? 'and exists (select 1 from iam_attachments a where a.account = p.account and a.region = p.region and a.arn = p.arn)'
    : '';
  return reader.query<ManagedPolicyRow>(
    `select p.* from iam_policies p
      where p.account = ? and p.region = '-' and p.name_key > ? and substr(p.path, 1, ?) = ? ${attached}
      order by p.name_key limit ?`,
    [account, page.after, page.pathPrefix.length, page.pathPrefix, page.limit],
  );
}
