import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../../kernel/clock.ts';
import type { Database } from '../../kernel/database/port.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { byAge } from '../../kernel/retention/by-age.ts';
import type { RetentionRule } from '../../kernel/retention/port.ts';
import type { IamRoom, Standing } from '../../services/iam/index.ts';

const LINK_LIFE_MS = 24 * 3600_000;
const SESSION_LIFE_MS = 12 * 3600_000;

export interface ConsoleSession {
  /** Whom the browser acts for. */
  readonly standing: Standing;
  /** Wall milliseconds. */
  readonly expiresAt: number;
}

/** One-time links and the sessions that they open. All of it on wall time: it is about security. */
export interface ConsoleSessions {
  /** A token for a link that opens one session within a day, and no longer than who asked for it may act. */
  createLink(standing: Standing): Promise<string>;
  /** Undefined when the token was used before, is too old or was never given. */
  redeem(token: string): Promise<{ readonly cookie: string; readonly session: ConsoleSession } | undefined>;
  /** Undefined when it has ended, or when the user or role that it acts for is gone. */
  find(cookie: string): Promise<ConsoleSession | undefined>;
  end(cookie: string): Promise<void>;
}

/** Links and sessions past their end. */
export function consoleRetention({
  database,
  clock,
}: Pick<Kernel, 'clock' | 'database'>): readonly RetentionRule[] {
  return ['console_links', 'console_sessions'].map((table) =>
    byAge(database, {
      name: `server.${table}`,
      keeps: 'ended',
      table,
      column: 'expires_at',
      key: ['token_hash'],
      wall: clock.wall,
      now: clock.now,
    }),
  );
}

export function createConsoleSessions(
  database: Database,
  clock: Clock,
  iam: Pick<IamRoom, 'isThere'>,
): ConsoleSessions {
  return {
    async createLink(standing) {
      const token = newToken();
      const now = clock.wall();
      await database.transaction(async (tx) => {
        await tx.execute(
          'insert into console_links (token_hash, account, standing, expires_at) values (?, ?, ?, ?)',
          [
            hash(token),
            standing.principal.account,
            JSON.stringify(standing),
            bounded(now + LINK_LIFE_MS, standing),
          ],
        );
      });
      return token;
    },
    async redeem(token) {
      const now = clock.wall();
      const cookie = newToken();
      return await database.transaction(async (tx) => {
        const [row] = await tx.query<{ standing: string }>(
          'delete from console_links where token_hash = ? and expires_at > ? returning standing',
          [hash(token), now],
        );
        const standing = row && (JSON.parse(row.standing) as Standing);
        if (standing === undefined || !(await iam.isThere(standing.principal))) return undefined;
        const session = { standing, expiresAt: bounded(now + SESSION_LIFE_MS, standing) };
        await tx.execute(
          'insert into console_sessions (token_hash, account, standing, created_at, expires_at) values (?, ?, ?, ?, ?)',
          [hash(cookie), standing.principal.account, JSON.stringify(standing), now, session.expiresAt],
        );
        return { cookie, session };
      });
    },
    async find(cookie) {
      const [row] = await database.read.query<{ standing: string; expires_at: number }>(
        'select standing, expires_at from console_sessions where token_hash = ? and expires_at > ?',
        [hash(cookie), clock.wall()],
      );
      if (row === undefined) return undefined;
      const standing = JSON.parse(row.standing) as Standing;
      return (await iam.isThere(standing.principal)) ? { standing, expiresAt: row.expires_at } : undefined;
    },
    async end(cookie) {
      await database.transaction((tx) =>
        tx.execute('delete from console_sessions where token_hash = ?', [hash(cookie)]),
      );
    },
  };
}

function bounded(end: number, { until = end }: Standing): number {
  return Math.min(end, until);
}

function newToken(): string {
  return randomBytes(32).toString('base64url');
}

function hash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
