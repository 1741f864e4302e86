import { createHmac, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Principal } from '../../wire/operation.ts';
import { onCredentialsChanged } from './credentials.ts';
import { identityArn } from './model/arns.ts';
import type { GitCredentialRow } from './tables.ts';

export const GIT_SERVICE = 'codecommit.amazonaws.com';

const derive = promisify<string, Buffer, number, Buffer>(scrypt);
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const FRESH_MS = 5_000;
const MAX_KNOWN = 200;

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt, HASH_BYTES);
  return `scrypt$${salt.toString('base64url')}$${hash.toString('base64url')}`;
}

async function passwordFits(password: string, stored: string): Promise<boolean> {
  const [, salt = '', hash = ''] = stored.split('$');
  const wanted = Buffer.from(hash, 'base64url');
  const found = await derive(password, Buffer.from(salt, 'base64url'), HASH_BYTES);
  return wanted.length === found.length && timingSafeEqual(found, wanted);
}

/**
 * Verifies git user names and passwords. One push asks several times, so a good answer is remembered for a few seconds
 * under a digest with a key of this process.
 */
export function createGitPasswords(kernel: Kernel) {
  const key = randomBytes(32);
  const known = new Map<string, { readonly principal: Principal; readonly freshUntil: number }>();
  // Unknown names cost as much as known ones, so that the time does not tell them apart.
  const nobody = hashPassword(randomBytes(16).toString('hex'));
  let generation = 0;
  onCredentialsChanged(kernel, () => {
    generation++;
    known.clear();
  });
  return async (userName: string, password: string): Promise<Principal | undefined> => {
    const digest = createHmac('sha256', key)
      .update(JSON.stringify([userName, password]))
      .digest('base64');
    const remembered = known.get(digest);
    if (remembered && remembered.freshUntil > kernel.clock.wall()) return remembered.principal;
    const before = generation;
    const [row] = await kernel.database.read.query<GitCredentialRow & { path: string; user_id: string }>(
      `select c.*, u.path, u.id as user_id from iam_git_credentials c
         join iam_identities u on u.account = c.account and u.region = c.region and u.kind = 'user' and u.name = c.user_name
        where c.service_user_name = ? and c.service_name = ?`,
      [userName, GIT_SERVICE],
    );
    const fits = await passwordFits(password, row?.password_hash ?? (await nobody));
    if (!row || !fits || row.status !== 'Active') return undefined;
    const arn = identityArn(row.account, 'user', row.path, row.user_name);
    const principal: Principal = {
      account: row.account,
      arn,
      userId: row.user_id,
      accessKeyId: row.id,
      kind: 'user',
    };
    if (before === generation) {
      if (known.size >= MAX_KNOWN) known.clear();
      known.set(digest, { principal, freshUntil: kernel.clock.wall() + FRESH_MS });
    }
    return principal;
  };
}
