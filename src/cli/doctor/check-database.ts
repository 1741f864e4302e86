import pg from 'pg';
import { errorText } from '../../kernel/errors.ts';
import type { Check } from './checks.ts';

const OLDEST = 13;
const ANSWER_MS = 15_000;

export interface DatabaseReport {
  readonly check: Check;
  /** What the database takes, when it answers. */
  readonly bytes?: number;
}

/** Whether the PostgreSQL that the settings name answers, and how big the database is. */
export async function checkPostgres(url: string): Promise<DatabaseReport> {
  const name = 'PostgreSQL';
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: ANSWER_MS });
  try {
    await client.connect();
    const { rows } = await client.query<{ version: string; bytes: string }>(
      `select current_setting('server_version') as version, pg_database_size(current_database())::text as bytes`,
    );
    const { version = '', bytes = '0' } = rows[0] ?? {};
    const found = `${version} at ${placeOf(url)}`;
    const check: Check =
      Number.parseInt(version, 10) >= OLDEST
        ? { name, state: 'ok', found }
        : { name, state: 'missing', found, advice: `PostgreSQL ${OLDEST} or newer is needed` };
    return { check, bytes: Number(bytes) };
  } catch (error) {
    const found = `${placeOf(url)}: ${errorText(error)}`;
    return {
      check: { name, state: 'missing', found, advice: 'start it, or mend DATABASE_URL' },
    };
  } finally {
    await client.end().catch(() => {});
  }
}

/** Never with the password. */
function placeOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}
