import type { Reader, Tx } from '../../../kernel/database/port.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { Target } from '../model/target/state.ts';

export interface TargetRow {
  readonly deployment_id: string;
  readonly host: string;
  readonly status: string;
  readonly command: string;
  readonly queued_at: number;
  readonly epoch: number;
  readonly last_sequence: number;
  readonly stop_reason: string | null;
}

const COLUMNS = 'deployment_id, host, status, command, queued_at, epoch, last_sequence, stop_reason';

export async function findTarget(
  reader: Reader,
  { account, region }: Scope,
  deploymentId: string,
  host: string,
): Promise<TargetRow | undefined> {
  const rows = await reader.query<TargetRow>(
    `select ${COLUMNS} from codedeploy_targets
     where account = ? and region = ? and deployment_id = ? and host = ?`,
    [account, region, deploymentId, host],
  );
  return rows[0];
}

export function targetsOf(
  reader: Reader,
  { account, region }: Scope,
  deploymentId: string,
): Promise<TargetRow[]> {
  return reader.query<TargetRow>(
    `select ${COLUMNS} from codedeploy_targets
     where account = ? and region = ? and deployment_id = ? order by host`,
    [account, region, deploymentId],
  );
}

/** Deployments under way that this host is still to carry out, or does. */
export function openTargetsOf(
  reader: Reader,
  { account, region }: Scope,
  host: string,
): Promise<TargetRow[]> {
  return reader.query<TargetRow>(
    `select ${COLUMNS} from codedeploy_targets
     where account = ? and region = ? and host = ? and command in ('none', 'waiting', 'handed')
     order by deployment_id`,
    [account, region, host],
  );
}

/** What the host is to do next: the command in its agent's hands, else the one that waits longest. */
export async function nextCommand(
  reader: Reader,
  { account, region }: Scope,
  host: string,
): Promise<TargetRow | undefined> {
  const rows = await reader.query<TargetRow>(
    `select ${COLUMNS} from codedeploy_targets
     where account = ? and region = ? and host = ? and command in ('handed', 'waiting')
     order by command, queued_at, deployment_id limit 1`,
    [account, region, host],
  );
  return rows[0];
}

/** `queued_at` stays what it was when the command began to wait. */
export async function putTargetRow(tx: Tx, { account, region }: Scope, state: Target): Promise<void> {
  await tx.execute(
    `insert into codedeploy_targets (account, region, ${COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (account, region, deployment_id, host) do update set
       status = excluded.status,
       queued_at = case when excluded.command = 'waiting' then excluded.queued_at else codedeploy_targets.queued_at end,
       command = excluded.command, epoch = excluded.epoch, last_sequence = excluded.last_sequence,
       stop_reason = excluded.stop_reason`,
    [
      account,
      region,
      state.deploymentId,
      state.host,
      state.status,
      state.command,
      state.lastUpdatedAt,
      state.epoch,
      state.lastSequence,
      state.stopReason ?? null,
    ],
  );
}
