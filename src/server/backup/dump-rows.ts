import { listTables, type TableShape } from '../../kernel/database/catalog.ts';
import type { Reader, SqlValue } from '../../kernel/database/port.ts';
import { Fault } from '../../kernel/errors.ts';

/** Some rows of one table: a JSON array of column names in the first line, an array of values in each other one. */
export interface RowsPiece {
  readonly table: string;
  readonly rows: number;
  readonly text: string;
}

type Row = Readonly<Record<string, SqlValue>>;

const PIECE_BYTES = 1024 * 1024;
const MOST_ROWS = 1000;

/** Every row of every table in the order of its key, a piece at a time, however large a table is. */
export async function* dumpRows(picture: Reader): AsyncGenerator<RowsPiece> {
  for (const table of await listTables(picture)) {
    let lines = [JSON.stringify(table.columns)];
    let size = 0;
    const piece = (): RowsPiece => ({
      table: table.name,
      rows: lines.length - 1,
      text: `${lines.join('\n')}\n`,
    });
    for await (const row of rowsOf(picture, table)) {
      const line = JSON.stringify(table.columns.map((column) => plain(table, row[column] as SqlValue)));
      lines.push(line);
      size += line.length;
      if (size < PIECE_BYTES) continue;
      yield piece();
      lines = lines.slice(0, 1);
      size = 0;
    }
    if (lines.length > 1) yield piece();
  }
}

/** Pages by the key. Fewer rows at a time where rows are large. */
async function* rowsOf(picture: Reader, table: TableShape): AsyncGenerator<Row> {
  if (table.key.length === 0) throw new Fault(`the table ${table.name} has no primary key`);
  const key = table.key.map(quoted).join(', ');
  const select = `select ${table.columns.map(quoted).join(', ')} from ${quoted(table.name)}`;
  const after = ` where (${key}) > (${table.key.map(() => '?').join(', ')})`;
  let last: SqlValue[] | undefined;
  let limit = 100;
  for (;;) {
    const rows = await picture.query<Row>(
      `${select}${last === undefined ? '' : after} order by ${key} limit ?`,
      [...(last ?? []), limit],
    );
    yield* rows;
    if (rows.length < limit) return;
    const end = rows.at(-1) as Row;
    last = table.key.map((column) => end[column] as SqlValue);
    const average = rows.reduce((sum, row) => sum + sizeOf(row), 0) / rows.length;
    limit = Math.max(1, Math.min(MOST_ROWS, Math.floor(PIECE_BYTES / (average + 1))));
  }
}

function sizeOf(row: Row): number {
  return Object.values(row).reduce<number>(
    (sum, value) => sum + (typeof value === 'string' ? value.length : 8),
    0,
  );
}

function plain(table: TableShape, value: SqlValue): string | number | null {
  if (value === null || typeof value === 'string') return value;
  if (typeof value === 'number' && (!Number.isInteger(value) || Number.isSafeInteger(value))) return value;
  throw new Fault(`the table ${table.name} holds a value that a backup cannot carry: ${typeof value}`);
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
