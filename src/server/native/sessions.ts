import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../../kernel/clock.ts';
import type { Database } from '../../kernel/database/port.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { byAge } from '../../kernel/retention/by-age.ts';
import type { RetentionRule } from '../../kernel/retention/port.ts';

const LINK_LIFE_MS = 24 * 3600_000;
const SESSION_LIFE_MS = 12 * 3600_000;

export interface ConsoleSession {
  readonly account: string;
  /** Wall milliseconds. */
  readonly expiresAt: number;
}

/** One-time links and the sessions that they open. All of it on wall time: it is about security. */
export interface ConsoleSessions {
  /** A token for a link that opens one session within a day. */
  createLink(account: string): Promise<string>;
  /** Undefined when the token was used before, is too old or was never given. */
  redeem(token: string): Promise<{ readonly cookie: string; readonly session: ConsoleSession } | undefined>;
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

export function createConsoleSessions(database: Database, clock: Clock): ConsoleSessions {
  return {
    async createLink(account) {
      const token = newToken();
      const now = clock.wall();
      await database.transaction(async (tx) => {
        await tx.execute('insert into console_links (token_hash, account, expires_at) values (?, ?, ?)', [
          hash(token),
          account,
          now + LINK_LIFE_MS,
        ]);
      });
      return token;
    },
    async redeem(token) {
      const now = clock.wall();
      const cookie = newToken();
      return await database.transaction(async (tx) => {
        const rows = await tx.query<{ account: string }>(
          'delete from console_links where token_hash = ? and expires_at > ? returning account',
          [hash(token), now],
        );
        const account = rows[0]?.account;
        if (account === undefined) return undefined;
        const session = { account, expiresAt: now + SESSION_LIFE_MS };
        await tx.execute(
          'insert into console_sessions (token_hash, account, created_at, expires_at) values (?, ?, ?, ?)',
          [hash(cookie), account, now, session.expiresAt],
        );
        return { cookie, session };
      });
    },
    async find(cookie) {
      const rows = await database.read.query<{ account: string; expires_at: number }>(
        'select account, expires_at from console_sessions where token_hash = ? and expires_at > ?',
        [hash(cookie), clock.wall()],
      );
      const row = rows[0];
      return row && { account: row.account, expiresAt: row.expires_at };
    },
    async end(cookie) {
      await database.transaction((tx) =>
        tx.execute('delete from console_sessions where token_hash = ?', [hash(cookie)]),
      );
    },
  };
}

function newToken(): string {
  return randomBytes(32).toString('base64url');
}

function hash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
