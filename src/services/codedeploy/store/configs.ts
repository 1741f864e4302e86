import type { Reader, Tx } from '../../../kernel/database/port.ts';
import { ApiError } from '../../../kernel/errors.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { BUILT_IN_CONFIGS, type MinimumHealthyHosts } from '../model/configs.ts';

export interface ConfigRow {
  readonly name: string;
  readonly id: string;
  readonly minimum_type: string;
  readonly minimum_value: number;
  readonly created_at: number;
}

const COLUMNS = 'name, id, minimum_type, minimum_value, created_at';

export async function findConfig(
  reader: Reader,
  { account, region }: Scope,
  name: string,
): Promise<ConfigRow | undefined> {
  const builtIn = BUILT_IN_CONFIGS[name];
  if (builtIn) {
    return { name, id: name, minimum_type: builtIn.type, minimum_value: builtIn.value, created_at: 0 };
  }
  const rows = await reader.query<ConfigRow>(
    `select ${COLUMNS} from codedeploy_configs where account = ? and region = ? and name = ?`,
    [account, region, name],
  );
  return rows[0];
}

export async function needConfig(reader: Reader, scope: Scope, name: string): Promise<ConfigRow> {
  const row = await findConfig(reader, scope, name);
  if (row) return row;
  throw new ApiError(
    'DeploymentConfigDoesNotExistException',
    `No Deployment Configuration found for name: ${name}`,
  );
}

export function minimumOf(row: ConfigRow): MinimumHealthyHosts {
  return { type: row.minimum_type as MinimumHealthyHosts['type'], value: row.minimum_value };
}

export function listConfigs(
  reader: Reader,
  { account, region }: Scope,
  after: string,
  limit: number,
): Promise<ConfigRow[]> {
  return reader.query<ConfigRow>(
    `select ${COLUMNS} from codedeploy_configs
     where account = ? and region = ? and name > ? order by name limit ${limit}`,
    [account, region, after],
  );
}

export async function insertConfig(tx: Tx, scope: Scope, row: ConfigRow): Promise<void> {
  await tx.execute(
    `insert into codedeploy_configs (account, region, ${COLUMNS}) values (?, ?, ?, ?, ?, ?, ?)`,
    [scope.account, scope.region, row.name, row.id, row.minimum_type, row.minimum_value, row.created_at],
  );
}

export async function deleteConfig(tx: Tx, { account, region }: Scope, name: string): Promise<void> {
  await tx.execute('delete from codedeploy_configs where account = ? and region = ? and name = ?', [
    account,
    region,
    name,
  ]);
}
