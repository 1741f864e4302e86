import type { Reader, Tx } from '../../../kernel/database/port.ts';
import type { Scope } from '../../../kernel/scope.ts';

/** What the last deployment of a group left on a host. */
export interface HostRevisionRow {
  readonly host: string;
  readonly revision_key: string;
  readonly deployment_id: string;
  /** 0 when it failed there. */
  readonly healthy: number;
  /** 1 when it failed because its agent was gone. */
  readonly lost: number;
}

export function hostRevisions(
  reader: Reader,
  { account, region }: Scope,
  groupId: string,
): Promise<HostRevisionRow[]> {
  return reader.query<HostRevisionRow>(
    `select host, revision_key, deployment_id, healthy, lost from codedeploy_host_revisions
     where account = ? and region = ? and group_id = ?`,
    [account, region, groupId],
  );
}

export async function putHostRevision(
  tx: Tx,
  { account, region }: Scope,
  groupId: string,
  row: HostRevisionRow,
): Promise<void> {
  await tx.execute(
    `insert into codedeploy_host_revisions (account, region, group_id, host, revision_key, deployment_id, healthy, lost)
     values (?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (account, region, group_id, host) do update set
       revision_key = excluded.revision_key, deployment_id = excluded.deployment_id, healthy = excluded.healthy,
       lost = excluded.lost`,
    [account, region, groupId, row.host, row.revision_key, row.deployment_id, row.healthy, row.lost],
  );
}
