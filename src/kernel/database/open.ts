import type { Database } from './port.ts';
import { openPostgresDatabase } from './postgres/database.ts';
import { openSqliteDatabase } from './sqlite/database.ts';

/** `postgres://…` opens PostgreSQL, anything else is the path of a SQLite file. */
export async function openDatabase(location: string): Promise<Database> {
  return /^postgres(ql)?:\/\//.test(location)
    ? await openPostgresDatabase(location)
    : openSqliteDatabase(location);
}
