import type { Reader, SqlValue, Tx } from '../../../kernel/database/port.ts';
import { ApiError } from '../../../kernel/errors.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { DEPLOYMENT_KIND, type Deployment, type LastGood } from '../model/deployment/state.ts';
import type { Revision } from '../model/revision.ts';

export interface DeploymentRow {
  readonly id: string;
  readonly application: string;
  readonly group_name: string;
  readonly group_id: string;
  readonly status: string;
  readonly revision: string;
  readonly created_at: number;
  readonly completed_at: number | null;
}

const COLUMNS = 'id, application, group_name, group_id, status, revision, created_at, completed_at';

export async function needDeployment(kernel: Kernel, scope: Scope, id: string): Promise<Deployment> {
  if (!/^d-[0-9A-Z]{9}$/.test(id)) {
    throw new ApiError('InvalidDeploymentIdException', `The deployment id is not valid: ${id}`);
  }
  const state = await kernel.transitions.load<Deployment>(scope, { kind: DEPLOYMENT_KIND, id });
  if (state) return state;
  throw new ApiError('DeploymentDoesNotExistException', `The deployment ${id} could not be found`);
}

export interface DeploymentFilter {
  readonly application?: string | undefined;
  readonly groupName?: string | undefined;
  readonly statuses?: readonly string[] | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Where the page before ended. */
  readonly before?: { readonly createdAt: number; readonly id: string } | undefined;
}

/** Newest first. */
export function listDeployments(
  reader: Reader,
  { account, region }: Scope,
  filter: DeploymentFilter,
  limit: number,
): Promise<DeploymentRow[]> {
  const where = ['account = ?', 'region = ?'];
  const values: SqlValue[] = [account, region];
  const add = (condition: string, ...bound: SqlValue[]) => {
    where.push(condition);
    values.push(...bound);
  };
  if (filter.application !== undefined) add('application = ?', filter.application);
  if (filter.groupName !== undefined) add('group_name = ?', filter.groupName);
  if (filter.statuses !== undefined) {
    add(`status in (${filter.statuses.map(() => '?').join(', ')})`, ...filter.statuses);
  }
  if (filter.from !== undefined) add('created_at >= ?', filter.from);
  if (filter.to !== undefined) add('created_at <= ?', filter.to);
  if (filter.before) {
    const { createdAt, id } = filter.before;
    add('(created_at < ? or (created_at = ? and id < ?))', createdAt, createdAt, id);
  }
  return reader.query<DeploymentRow>(
    `select ${COLUMNS} from codedeploy_deployments where ${where.join(' and ')}
     order by created_at desc, id desc limit ${limit}`,
    values,
  );
}

/** The group's newest deployment, of one status when given. */
export async function lastDeployment(
  reader: Reader,
  { account, region }: Scope,
  groupId: string,
  status?: string,
): Promise<DeploymentRow | undefined> {
  const rows = await reader.query<DeploymentRow>(
    `select ${COLUMNS} from codedeploy_deployments
     where account = ? and region = ? and group_id = ?${status === undefined ? '' : ' and status = ?'}
     order by created_at desc, id desc limit 1`,
    [account, region, groupId, ...(status === undefined ? [] : [status])],
  );
  return rows[0];
}

export async function lastGoodOf(
  reader: Reader,
  scope: Scope,
  groupId: string,
): Promise<LastGood | undefined> {
  const row = await lastDeployment(reader, scope, groupId, 'Succeeded');
  return row && { deploymentId: row.id, revision: JSON.parse(row.revision) as Revision };
}

export async function putDeploymentRow(tx: Tx, { account, region }: Scope, state: Deployment): Promise<void> {
  await tx.execute(
    `insert into codedeploy_deployments (account, region, ${COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (account, region, id) do update set
       status = excluded.status, completed_at = excluded.completed_at`,
    [
      account,
      region,
      state.id,
      state.group.applicationName,
      state.group.deploymentGroupName,
      state.group.deploymentGroupId,
      state.status,
      JSON.stringify(state.revision),
      state.createTime,
      state.completeTime ?? null,
    ],
  );
}
