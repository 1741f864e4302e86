import type { SqlValue, Tx } from '../database/port.ts';
import { newId, nextPosition } from '../ids.ts';
import type { Scope } from '../scope.ts';
import type { Task, TaskRequest } from './port.ts';

export interface Lease {
  readonly owner: string;
  /** Wall milliseconds. */
  readonly until: number;
}

interface Row {
  id: string;
  account: string;
  region: string;
  kind: string;
  task_key: string;
  payload: string;
  attempt: number;
  epoch: number;
}

const COLUMNS = 'id, account, region, kind, task_key, payload, attempt, epoch';

/** Undefined when a task of this key is already there. With a lease the task belongs to its owner from the start. */
export async function insertTask(
  tx: Tx,
  scope: Scope,
  request: TaskRequest,
  times: { readonly now: number; readonly wall: number },
  lease: Lease | undefined,
): Promise<Task | undefined> {
  const id = newId();
  const payload = JSON.stringify(request.payload ?? null);
  const started = lease ? 1 : 0;
  const inserted = await tx.execute(
    `insert into tasks (id, account, region, kind, task_key, payload, run_at, position, attempt, epoch, lease_owner,
       lease_until) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (account, region, task_key) do nothing`,
    [
      id,
      scope.account,
      scope.region,
      request.kind,
      request.key,
      payload,
      request.runAt ?? times.now,
      nextPosition(times.wall),
      started,
      started,
      lease?.owner ?? '',
      lease?.until ?? 0,
    ],
  );
  if (inserted === 0) return undefined;
  const parsed: unknown = JSON.parse(payload);
  return { id, kind: request.kind, key: request.key, scope, payload: parsed, attempt: 1, epoch: 1 };
}

/** Leases up to `limit` tasks of these kinds that are due, oldest first. Others may be those of a newer version. */
export async function claimTasks(
  tx: Tx,
  lease: Lease,
  times: { readonly now: number; readonly wall: number },
  kinds: readonly string[],
  limit: number,
): Promise<Task[]> {
  const skip = tx.dialect === 'postgres' ? ' for update skip locked' : '';
  if (kinds.length === 0) return [];
  const ofKinds = `kind in (${kinds.map(() => '?').join(', ')})`;
  const values: SqlValue[] = [lease.owner, lease.until, times.now, times.wall, ...kinds, limit];
  const rows = await tx.query<Row>(
    `update tasks set lease_owner = ?, lease_until = ?, attempt = attempt + 1, epoch = epoch + 1
     where id in (select id from tasks where run_at <= ? and lease_until <= ? and ${ofKinds}
                  order by run_at, position limit ?${skip})
     returning ${COLUMNS}`,
    values,
  );
  return rows.map(toTask);
}

/** When the next task without a lease is due; undefined when there is none. */
export async function nextDue(tx: Pick<Tx, 'query'>, now: number, wall: number): Promise<number | undefined> {
  const rows = await tx.query<{ due: number | null }>(
    'select min(run_at) as due from tasks where lease_until <= ? and run_at > ?',
    [wall, now],
  );
  return rows[0]?.due ?? undefined;
}

/** True when the task was still this lease's. */
export async function deleteLeased(tx: Tx, task: Task, owner: string): Promise<boolean> {
  const deleted = await tx.execute('delete from tasks where id = ? and epoch = ? and lease_owner = ?', [
    task.id,
    task.epoch,
    owner,
  ]);
  return deleted > 0;
}

export async function releaseTask(tx: Tx, task: Task, owner: string, runAt: number): Promise<void> {
  await tx.execute(
    `update tasks set lease_owner = '', lease_until = 0, run_at = ? where id = ? and epoch = ? and lease_owner = ?`,
    [runAt, task.id, task.epoch, owner],
  );
}

/** Gives back a task that was taken but never begun: the attempt does not count. */
export async function returnTask(tx: Tx, task: Task, owner: string): Promise<void> {
  await tx.execute(
    `update tasks set lease_owner = '', lease_until = 0, attempt = attempt - 1
     where id = ? and epoch = ? and lease_owner = ?`,
    [task.id, task.epoch, owner],
  );
}

function toTask(row: Row): Task {
  return {
    id: row.id,
    kind: row.kind,
    key: row.task_key,
    scope: { account: row.account, region: row.region },
    payload: JSON.parse(row.payload) as unknown,
    attempt: row.attempt,
    epoch: row.epoch,
  };
}
