import type { Reader, Tx } from '../../../kernel/database/port.ts';
import { ApiError } from '../../../kernel/errors.ts';
import type { Scope } from '../../../kernel/scope.ts';

export interface ApplicationRow {
  readonly name: string;
  readonly id: string;
  readonly tags: string;
  readonly created_at: number;
}

const COLUMNS = 'name, id, tags, created_at';

export async function findApplication(
  reader: Reader,
  { account, region }: Scope,
  name: string,
): Promise<ApplicationRow | undefined> {
  const rows = await reader.query<ApplicationRow>(
    `select ${COLUMNS} from codedeploy_applications where account = ? and region = ? and name = ?`,
    [account, region, name],
  );
  return rows[0];
}

export async function needApplication(reader: Reader, scope: Scope, name: string): Promise<ApplicationRow> {
  const row = await findApplication(reader, scope, name);
  if (!row) throw new ApiError('ApplicationDoesNotExistException', `No application found for name: ${name}`);
  return row;
}

/** In order of name, after `after`. */
export function listApplications(
  reader: Reader,
  { account, region }: Scope,
  after: string,
  limit: number,
): Promise<ApplicationRow[]> {
  return reader.query<ApplicationRow>(
    `select ${COLUMNS} from codedeploy_applications
     where account = ? and region = ? and name > ? order by name limit ${limit}`,
    [account, region, after],
  );
}

export async function insertApplication(tx: Tx, scope: Scope, row: ApplicationRow): Promise<void> {
  await tx.execute(
    `insert into codedeploy_applications (account, region, ${COLUMNS}) values (?, ?, ?, ?, ?, ?)`,
    [scope.account, scope.region, row.name, row.id, row.tags, row.created_at],
  );
}

/** With its groups and revisions; deployments stay as history. */
export async function deleteApplication(tx: Tx, { account, region }: Scope, name: string): Promise<void> {
  for (const [table, column] of [
    ['codedeploy_groups', 'application'],
    ['codedeploy_revisions', 'application'],
    ['codedeploy_applications', 'name'],
  ]) {
    await tx.execute(`delete from ${table} where account = ? and region = ? and ${column} = ?`, [
      account,
      region,
      name,
    ]);
  }
}

export async function renameApplication(
  tx: Tx,
  { account, region }: Scope,
  name: string,
  newName: string,
): Promise<void> {
  for (const [table, column] of [
    ['codedeploy_groups', 'application'],
    ['codedeploy_revisions', 'application'],
    ['codedeploy_deployments', 'application'],
    ['codedeploy_applications', 'name'],
  ]) {
    await tx.execute(`update ${table} set ${column} = ? where account = ? and region = ? and ${column} = ?`, [
      newName,
      account,
      region,
      name,
    ]);
  }
}
