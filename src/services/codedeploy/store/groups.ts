import type { Reader, Tx } from '../../../kernel/database/port.ts';
import { ApiError } from '../../../kernel/errors.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { GroupDefinition } from '../model/group.ts';

export interface GroupRow {
  readonly application: string;
  readonly name: string;
  readonly id: string;
  /** JSON of a {@link GroupDefinition}. */
  readonly definition: string;
  readonly tags: string;
  /** The one deployment that runs, if any. */
  readonly active_deployment: string | null;
  readonly created_at: number;
}

const COLUMNS = 'application, name, id, definition, tags, active_deployment, created_at';

export function definitionOf(row: GroupRow): GroupDefinition {
  return JSON.parse(row.definition) as GroupDefinition;
}

export async function findGroup(
  reader: Reader,
  { account, region }: Scope,
  application: string,
  name: string,
  lock = false,
): Promise<GroupRow | undefined> {
  const suffix = lock && reader.dialect === 'postgres' ? ' for update' : '';
  const rows = await reader.query<GroupRow>(
    `select ${COLUMNS} from codedeploy_groups
     where account = ? and region = ? and application = ? and name = ?${suffix}`,
    [account, region, application, name],
  );
  return rows[0];
}

export async function groupById(
  reader: Reader,
  { account, region }: Scope,
  id: string,
  lock = false,
): Promise<GroupRow | undefined> {
  const suffix = lock && reader.dialect === 'postgres' ? ' for update' : '';
  const rows = await reader.query<GroupRow>(
    `select ${COLUMNS} from codedeploy_groups where account = ? and region = ? and id = ?${suffix}`,
    [account, region, id],
  );
  return rows[0];
}

/** `lock` keeps others from starting a deployment of the group until the transaction ends. */
export async function needGroup(
  reader: Reader,
  scope: Scope,
  application: string,
  name: string,
  lock = false,
): Promise<GroupRow> {
  const row = await findGroup(reader, scope, application, name, lock);
  if (row) return row;
  throw new ApiError('DeploymentGroupDoesNotExistException', `No Deployment Group found for name: ${name}`);
}

export function listGroups(
  reader: Reader,
  { account, region }: Scope,
  application: string,
  after: string,
  limit: number,
): Promise<GroupRow[]> {
  return reader.query<GroupRow>(
    `select ${COLUMNS} from codedeploy_groups
     where account = ? and region = ? and application = ? and name > ? order by name limit ${limit}`,
    [account, region, application, after],
  );
}

/** Every group of the scope: few, and read only when a host comes back. */
export function allGroups(reader: Reader, { account, region }: Scope): Promise<GroupRow[]> {
  return reader.query<GroupRow>(
    `select ${COLUMNS} from codedeploy_groups where account = ? and region = ? order by application, name`,
    [account, region],
  );
}

export async function insertGroup(tx: Tx, scope: Scope, row: GroupRow): Promise<void> {
  await tx.execute(
    `insert into codedeploy_groups (account, region, ${COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      scope.account,
      scope.region,
      row.application,
      row.name,
      row.id,
      row.definition,
      row.tags,
      row.active_deployment,
      row.created_at,
    ],
  );
}

export async function updateGroup(
  tx: Tx,
  { account, region }: Scope,
  id: string,
  name: string,
  definition: GroupDefinition,
): Promise<void> {
  await tx.execute(
    'update codedeploy_groups set name = ?, definition = ? where account = ? and region = ? and id = ?',
    [name, JSON.stringify(definition), account, region, id],
  );
  await tx.execute(
    'update codedeploy_deployments set group_name = ? where account = ? and region = ? and group_id = ?',
    [name, account, region, id],
  );
}

export async function deleteGroup(
  tx: Tx,
  { account, region }: Scope,
  application: string,
  name: string,
): Promise<void> {
  await tx.execute(
    'delete from codedeploy_groups where account = ? and region = ? and application = ? and name = ?',
    [account, region, application, name],
  );
}

export async function setActiveDeployment(
  tx: Tx,
  { account, region }: Scope,
  groupId: string,
  deploymentId: string,
): Promise<void> {
  await tx.execute(
    'update codedeploy_groups set active_deployment = ? where account = ? and region = ? and id = ?',
    [deploymentId, account, region, groupId],
  );
}

/** Only when it is still this deployment: its rollback may have taken the place. */
export async function clearActiveDeployment(
  tx: Tx,
  { account, region }: Scope,
  groupId: string,
  deploymentId: string,
): Promise<void> {
  await tx.execute(
    `update codedeploy_groups set active_deployment = null
     where account = ? and region = ? and id = ? and active_deployment = ?`,
    [account, region, groupId, deploymentId],
  );
}
