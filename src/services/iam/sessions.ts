import type { Tx } from '../../kernel/database/port.ts';
import { ApiError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { byAge } from '../../kernel/retention/by-age.ts';
import type { RetentionRule } from '../../kernel/retention/port.ts';
import type { Principal } from '../../wire/operation.ts';
import { hashToken } from './credentials.ts';
import type { SessionDetails, Standing, TemporaryCredentials } from './face.ts';
import { newAwsId, newSecretKey, newSessionToken } from './ids.ts';
import { sessionRoleName } from './model/arns.ts';
import type { SessionRow } from './tables.ts';

/** Writes a session of a principal inside the caller's transaction. */
export async function writeSession(
  kernel: Kernel,
  tx: Tx,
  principal: Principal,
  durationSeconds: number,
  details: SessionDetails = {},
): Promise<TemporaryCredentials> {
  const credentials: TemporaryCredentials = {
    accessKeyId: newAwsId('ASIA'),
    secretAccessKey: newSecretKey(),
    sessionToken: newSessionToken(),
    expiration: kernel.clock.wall() + durationSeconds * 1000,
  };
  const { account } = principal;
  await tx.execute(
    `insert into iam_sessions
       (account, region, access_key_id, secret, token_hash, expires_at, owner, principal, details)
     values (?, '-', ?, ?, ?, ?, ?, ?, ?)`,
    [
      account,
      credentials.accessKeyId,
      kernel.secrets.seal(account, credentials.accessKeyId, credentials.secretAccessKey),
      hashToken(credentials.sessionToken).toString('hex'),
      credentials.expiration,
      sessionOwner(principal),
      JSON.stringify({ ...principal, accessKeyId: credentials.accessKeyId }),
      JSON.stringify(details),
    ],
  );
  return credentials;
}

/** A session for somebody already known. */
export async function issueSession(
  kernel: Kernel,
  principal: Principal,
  durationSeconds: number,
  details?: SessionDetails,
): Promise<TemporaryCredentials> {
  if (principal.kind === 'anonymous') throw new ApiError('AccessDenied', 'Access denied', { status: 403 });
  return kernel.database.transaction((tx) => writeSession(kernel, tx, principal, durationSeconds, details));
}

/** Reads what the session that somebody signed with is bound by. */
export async function standingOf({ database }: Kernel, principal: Principal): Promise<Standing> {
  const [session] = await database.read.query<SessionRow>(
    'select * from iam_sessions where access_key_id = ?',
    [principal.accessKeyId],
  );
  if (!session) return { principal, details: {} };
  return { principal, details: JSON.parse(session.details) as SessionDetails, until: session.expires_at };
}

/** Looks for the very account, user or role: one of the same name that was made later is somebody else. */
export async function isThere({ database }: Kernel, principal: Principal): Promise<boolean> {
  const { account, kind, userId } = principal;
  if (kind === 'anonymous' || kind === 'host') return false;
  const rows =
    kind === 'root'
      ? await database.read.query("select account from iam_accounts where account = ? and region = '-'", [
          account,
        ])
      : await database.read.query(
          "select id from iam_identities where account = ? and region = '-' and kind = ? and id = ?",
          [account, kind === 'user' ? 'user' : 'role', userId.split(':', 1)[0] as string],
        );
  return rows.length > 0;
}

/** Sessions end with the user or role they belong to. */
export async function endSessions(tx: Tx, account: string, owner: string): Promise<void> {
  await tx.execute("delete from iam_sessions where account = ? and region = '-' and owner = ?", [
    account,
    owner,
  ]);
}

/** Ended sessions are kept for a while, so that their holders hear that they have expired. */
export function sessionsRule({ database, clock }: Kernel): RetentionRule {
  return byAge(database, {
    name: 'iam.sessions',
    keeps: 'sessions',
    table: 'iam_sessions',
    column: 'expires_at',
    key: ['account', 'region', 'access_key_id'],
    wall: clock.wall,
    now: clock.now,
  });
}

function sessionOwner(principal: Principal): string {
  if (principal.kind === 'root') return 'root';
  if (principal.kind === 'user') return `user/${principal.arn.split('/').at(-1)}`;
  return `role/${sessionRoleName(principal.arn)}`;
}
