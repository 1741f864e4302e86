import type { Dialect } from '../../src/kernel/database/port.ts';
import { createTestDatabase } from './test-database.ts';

/**
 * The database that this run of the tests is for, or undefined when a test chooses by itself. Acceptance tests run once
 * for each: `vitest.config.ts` sets `PIPEWRIGHT_TEST_DATABASE`.
 */
export function wantedDatabase(): Dialect | undefined {
  const wanted = process.env['PIPEWRIGHT_TEST_DATABASE'];
  if (wanted === undefined || wanted === '' || wanted === 'sqlite' || wanted === 'postgres') {
    return wanted || undefined;
  }
  throw new Error(`PIPEWRIGHT_TEST_DATABASE is sqlite or postgres, not ${wanted}`);
}

/** Whether this run of the acceptance tests is the one on PostgreSQL: what is the same there was looked at on SQLite. */
export const ON_POSTGRES = wantedDatabase() === 'postgres';

export interface OpenedDatabase {
  /** Undefined for SQLite, whose file lies in the data folder. */
  readonly url: string | undefined;
  /** For a server that is started as a process of its own. */
  readonly env: Readonly<Record<string, string>>;
  drop(): Promise<void>;
}

/** An empty database of the kind that is asked for; default: the one this run is for, else SQLite. */
export async function openWantedDatabase(wanted = wantedDatabase()): Promise<OpenedDatabase> {
  if (wanted !== 'postgres') return { url: undefined, env: {}, drop: async () => {} };
  const { url, drop } = await createTestDatabase();
  return { url, env: { DATABASE_URL: url }, drop };
}
