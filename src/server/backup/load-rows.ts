import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listTables, type TableShape } from '../../kernel/database/catalog.ts';
import { createMigrationsTable } from '../../kernel/database/migrate.ts';
import type { Migration, SqlValue, Tx } from '../../kernel/database/port.ts';
import { quoted } from './dump-rows.ts';
import { BackupError } from './errors.ts';

type Values = readonly (string | number | null)[];

/** Both databases take more, but a statement of this size is fast already. */
const MOST_VALUES = 900;

/**
 * Makes the tables that the backup's own steps make and fills them, all in the caller's transaction. Steps that are
 * newer than the backup are left to the next start of the server, as after any upgrade.
 */
export async function loadRows(
  tx: Tx,
  folder: string,
  migrations: readonly Migration[],
  expected: Readonly<Record<string, number>>,
): Promise<void> {
  await createMigrationsTable(tx);
  for (const migration of migrations) await migration.up(tx);
  const tables = new Map((await listTables(tx)).map((table) => [table.name, table]));
  const stored = await readdir(folder).catch((): string[] => []);
  for (const name of [...stored, ...Object.keys(expected)])
    if (!tables.has(name))
      throw new BackupError(`it has rows of a table ${name}, which its version does not have`);
  for (const table of tables.values()) {
    // Some steps bring rows of their own.
    await tx.execute(`delete from ${quoted(table.name)}`);
    const rows = stored.includes(table.name) ? await loadTable(tx, join(folder, table.name), table) : 0;
    if (rows !== (expected[table.name] ?? 0))
      throw new BackupError(
        `of the table ${table.name} ${rows} rows are left of ${expected[table.name] ?? 0}`,
      );
  }
}

async function loadTable(tx: Tx, folder: string, table: TableShape): Promise<number> {
  let rows = 0;
  for (const name of (await readdir(folder)).toSorted()) {
    const lines = (await readFile(join(folder, name), 'utf8')).split('\n').filter(Boolean);
    const [columns, ...values] = lines.map((line) => JSON.parse(line) as Values);
    const same = columns?.length === table.columns.length;
    if (!same || !table.columns.every((column) => columns.includes(column)))
      throw new BackupError(`the columns of the table ${table.name} are not those of its version`);
    await insert(tx, table.name, columns as string[], values);
    rows += values.length;
  }
  return rows;
}

async function insert(
  tx: Tx,
  table: string,
  columns: readonly string[],
  rows: readonly Values[],
): Promise<void> {
  const into = `insert into ${quoted(table)} (${columns.map(quoted).join(', ')}) values `;
  const row = `(${columns.map(() => '?').join(', ')})`;
  const most = Math.max(1, Math.floor(MOST_VALUES / columns.length));
  for (let at = 0; at < rows.length; at += most) {
    const some = rows.slice(at, at + most);
    if (some.some((values) => values.length !== columns.length))
      throw new BackupError(`a row of the table ${table} is not whole`);
    await tx.execute(into + some.map(() => row).join(', '), some.flat() as SqlValue[]);
  }
}
