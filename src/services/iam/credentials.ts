import { createHash, timingSafeEqual } from 'node:crypto';
import type { Tx } from '../../kernel/database/port.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { accountScope } from '../../kernel/scope.ts';
import type { CredentialStore, Principal, SigningCredential } from '../../wire/operation.ts';
import { rootOf } from './accounts.ts';
import { identityArn } from './model/arns.ts';
import type { AccessKeyRow, SessionRow } from './tables.ts';

interface Known {
  readonly credential: SigningCredential;
  /** For temporary keys. */
  readonly tokenHash: Buffer | undefined;
  /** Wall milliseconds; infinity for lasting keys. */
  readonly expiresAt: number;
  /** Wall milliseconds after which the rows are asked again, should a change have gone unheard. */
  readonly freshUntil: number;
}

const TOPIC = 'iam.credential';
const MAX_KNOWN = 1_000;
const FRESH_MS = 5_000;

/** Tells every process that a key, a session or their owner has changed. Inside the transaction that changes it. */
export function credentialsChanged(kernel: Kernel, tx: Tx, account: string): void {
  kernel.changes.publish(tx, { topic: TOPIC, id: account, scope: accountScope(account), sequence: 0 });
}

/** Calls back when credentials of an account have changed, in any process. */
export function onCredentialsChanged(kernel: Kernel, receive: (account: string) => void): () => void {
  return kernel.changes.subscribe((change) => {
    if (change.topic === TOPIC) receive(change.id);
  });
}

/**
 * Finds keys for the wire. Opened secrets are remembered for a few seconds, at most a thousand of them, and forgotten
 * at the first word of a change.
 */
export function createCredentialStore(kernel: Kernel): CredentialStore {
  const known = new Map<string, Known>();
  let generation = 0;
  onCredentialsChanged(kernel, () => {
    generation++;
    known.clear();
  });

  const load = async (accessKeyId: string): Promise<Known | undefined> => {
    const remembered = known.get(accessKeyId);
    if (remembered && remembered.freshUntil > kernel.clock.wall()) return remembered;
    const before = generation;
    const found = await readKey(kernel, accessKeyId);
    // A change that came while reading may be newer than what was read.
    if (found && before === generation) {
      if (known.size >= MAX_KNOWN) known.delete(known.keys().next().value as string);
      known.set(accessKeyId, found);
    } else known.delete(accessKeyId);
    return found;
  };

  return {
    async find(accessKeyId, sessionToken) {
      const found = await load(accessKeyId);
      if (!found) return undefined;
      if (found.tokenHash) {
        if (sessionToken === undefined || !timingSafeEqual(hashToken(sessionToken), found.tokenHash))
          return undefined;
      } else if (sessionToken) return undefined;
      return found.expiresAt <= kernel.clock.wall() ? 'expired' : found.credential;
    },
  };
}

export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

async function readKey(kernel: Kernel, accessKeyId: string): Promise<Known | undefined> {
  const freshUntil = kernel.clock.wall() + FRESH_MS;
  const { read } = kernel.database;
  const [key] = await read.query<AccessKeyRow & { path: string | null; user_id: string | null }>(
    `select k.account, k.access_key_id, k.user_name, k.secret, k.status, u.path, u.id as user_id
       from iam_access_keys k
       left join iam_identities u
         on u.account = k.account and u.region = k.region and u.kind = 'user' and u.name = k.user_name
      where k.access_key_id = ?`,
    [accessKeyId],
  );
  if (key) {
    if (key.status !== 'Active') return undefined;
    const principal = keyOwner(key);
    if (!principal) return undefined;
    const secretAccessKey = kernel.secrets.open(key.account, accessKeyId, key.secret);
    const credential = { secretAccessKey, principal };
    return { credential, tokenHash: undefined, expiresAt: Number.POSITIVE_INFINITY, freshUntil };
  }
  const [session] = await read.query<SessionRow>('select * from iam_sessions where access_key_id = ?', [
    accessKeyId,
  ]);
  if (!session) return undefined;
  const principal = { ...(JSON.parse(session.principal) as Principal), accessKeyId };
  const secretAccessKey = kernel.secrets.open(session.account, accessKeyId, session.secret);
  return {
    credential: { secretAccessKey, principal },
    tokenHash: Buffer.from(session.token_hash, 'hex'),
    expiresAt: session.expires_at,
    freshUntil,
  };
}

function keyOwner(
  key: AccessKeyRow & { path: string | null; user_id: string | null },
): Principal | undefined {
  const { account, access_key_id: accessKeyId } = key;
  if (key.user_name === '') return rootOf(account, accessKeyId);
  if (key.user_id === null || key.path === null) return undefined;
  const arn = identityArn(account, 'user', key.path, key.user_name);
  return { account, arn, userId: key.user_id, accessKeyId, kind: 'user' };
}
