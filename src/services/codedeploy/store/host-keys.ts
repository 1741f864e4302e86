import { createHash } from 'node:crypto';
import type { Tx } from '../../../kernel/database/port.ts';
import type { Scope } from '../../../kernel/scope.ts';

export interface JoinTokenRow {
  readonly account: string;
  readonly region: string;
  /** The one host that may use it. */
  readonly name: string;
  /** Empty until it was used. */
  readonly used_by: string;
}

export interface HostKeyRow {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly key_hash: string;
}

/** Tokens and keys are random and long: a plain digest of them tells nobody anything. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Tokens that are over go with it. */
export async function putJoinToken(
  tx: Tx,
  { account, region }: Scope,
  token: { readonly hash: string; readonly name: string; readonly expiresAt: number },
  now: number,
): Promise<void> {
  await tx.execute('delete from codedeploy_join_tokens where expires_at <= ?', [now]);
  await tx.execute(
    `insert into codedeploy_join_tokens (account, region, token_hash, name, expires_at, used_by)
     values (?, ?, ?, ?, ?, '')`,
    [account, region, token.hash, token.name, token.expiresAt],
  );
}

/**
 * Uses a token up for a key; undefined when it is unknown, over, for another host or used up for another key. The same
 * key again is the same join: its answer was lost.
 */
export async function useJoinToken(
  tx: Tx,
  use: { readonly hash: string; readonly name: string; readonly keyHash: string; readonly now: number },
): Promise<JoinTokenRow | undefined> {
  const rows = await tx.query<JoinTokenRow>(
    `update codedeploy_join_tokens set used_by = ?
     where token_hash = ? and name = ? and expires_at > ? and (used_by = '' or used_by = ?)
     returning account, region, name, used_by`,
    [use.keyHash, use.hash, use.name, use.now, use.keyHash],
  );
  return rows[0];
}

export async function putHostKey(
  tx: Tx,
  { account, region }: Scope,
  name: string,
  keyHash: string,
  expiresAt: number,
): Promise<void> {
  await tx.execute(
    `insert into codedeploy_host_keys (account, region, name, key_hash, previous_hash, expires_at)
     values (?, ?, ?, ?, '', ?)
     on conflict (account, region, name) do update set
       key_hash = excluded.key_hash, previous_hash = '', expires_at = excluded.expires_at`,
    [account, region, name, keyHash, expiresAt],
  );
}

/** Puts the next key in the place of the present one; again when that has happened and its answer was lost. */
export async function turnHostKey(
  tx: Tx,
  turn: {
    readonly hash: string;
    readonly nextHash: string;
    readonly now: number;
    readonly expiresAt: number;
  },
): Promise<HostKeyRow | undefined> {
  const { hash, nextHash, now, expiresAt } = turn;
  const rows = await tx.query<HostKeyRow>(
    `update codedeploy_host_keys set key_hash = ?, previous_hash = ?, expires_at = ?
     where expires_at > ? and (key_hash = ? or (previous_hash = ? and key_hash = ?))
     returning account, region, name, key_hash`,
    [nextHash, hash, expiresAt, now, hash, hash, nextHash],
  );
  return rows[0];
}

export async function removeHostKey(tx: Tx, { account, region }: Scope, name: string): Promise<void> {
  await tx.execute('delete from codedeploy_host_keys where account = ? and region = ? and name = ?', [
    account,
    region,
    name,
  ]);
}
