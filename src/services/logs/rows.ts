import type { Reader, Tx } from '../../kernel/database/port.ts';
import { ApiError } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import type { Scope } from '../../kernel/scope.ts';
import type { GroupRow, StreamRow } from './tables.ts';

export async function findGroup(reader: Reader, scope: Scope, name: string): Promise<GroupRow | undefined> {
  const [row] = await reader.query<GroupRow & Record<string, never>>(
    `select name, created_at, retention_days, kms_key_id, class from log_groups
     where account = ? and region = ? and name = ?`,
    [scope.account, scope.region, name],
  );
  return row;
}

export async function needGroup(reader: Reader, scope: Scope, name: string): Promise<GroupRow> {
  const row = await findGroup(reader, scope, name);
  if (!row) throw missing('The specified log group does not exist.');
  return row;
}

export async function findStreamRow(
  reader: Reader,
  scope: Scope,
  group: string,
  name: string,
): Promise<StreamRow | undefined> {
  const [row] = await reader.query<StreamRow & Record<string, never>>(
    `select group_name, name, id, created_at from log_streams
     where account = ? and region = ? and group_name = ? and name = ?`,
    [scope.account, scope.region, group, name],
  );
  return row;
}

/** Group and stream both missing is told as the missing group. */
export async function needStream(
  reader: Reader,
  scope: Scope,
  group: string,
  name: string,
): Promise<StreamRow> {
  const row = await findStreamRow(reader, scope, group, name);
  if (row) return row;
  await needGroup(reader, scope, group);
  throw missing('The specified log stream does not exist.');
}

/** Answers whether it was made now. */
export async function insertGroup(
  tx: Tx,
  scope: Scope,
  group: {
    readonly name: string;
    readonly kmsKeyId?: string;
    readonly class?: string;
    readonly tags?: object;
  },
  now: number,
): Promise<boolean> {
  const made = await tx.execute(
    `insert into log_groups (account, region, name, created_at, retention_days, kms_key_id, class, tags)
     values (?, ?, ?, ?, null, ?, ?, ?) on conflict (account, region, name) do nothing`,
    [
      scope.account,
      scope.region,
      group.name,
      now,
      group.kmsKeyId ?? null,
      group.class ?? 'STANDARD',
      JSON.stringify(group.tags ?? {}),
    ],
  );
  return made > 0;
}

/** Answers the new id, undefined when a stream of this name is there already. */
export async function insertStream(
  tx: Tx,
  scope: Scope,
  group: string,
  name: string,
  now: number,
): Promise<string | undefined> {
  const id = `logs/${scope.account}/${scope.region}/${newId()}`;
  const made = await tx.execute(
    `insert into log_streams (account, region, group_name, name, id, created_at) values (?, ?, ?, ?, ?, ?)
     on conflict (account, region, group_name, name) do nothing`,
    [scope.account, scope.region, group, name, id, now],
  );
  return made > 0 ? id : undefined;
}

export function missing(message: string): ApiError {
  return new ApiError('ResourceNotFoundException', message);
}

export function invalid(message: string): ApiError {
  return new ApiError('InvalidParameterException', message);
}
