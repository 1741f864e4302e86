import type { Reader } from './port.ts';

export interface TableShape {
  readonly name: string;
  /** In the order in which they were made. */
  readonly columns: readonly string[];
  /** Columns of the primary key, in its order. */
  readonly key: readonly string[];
}

interface Row {
  readonly table_name: string;
  readonly column_name: string;
  /** Place in the primary key, counted from anywhere; null or 0 when it is not part of it. */
  readonly place: number | null;
}

const SQLITE = `select m.name as table_name, c.name as column_name, nullif(c.pk, 0) as place
  from sqlite_master m join pragma_table_info(m.name) c
  where m.type = 'table' and m.name not like 'sqlite_%' order by m.name, c.cid`;

const POSTGRES = `select t.relname::text collate "C" as table_name, a.attname::text as column_name,
    array_position(i.indkey::smallint[], a.attnum) as place
  from pg_class t
    join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
    left join pg_index i on i.indrelid = t.oid and i.indisprimary
  where t.relkind in ('r', 'p') and t.relnamespace = current_schema()::regnamespace
  order by 1, a.attnum`;

/** Every table of the database, by name. */
export async function listTables(reader: Pick<Reader, 'dialect' | 'query'>): Promise<TableShape[]> {
  const rows = await reader.query<Row>(reader.dialect === 'sqlite' ? SQLITE : POSTGRES);
  const tables = Map.groupBy(rows, (row) => row.table_name);
  return [...tables].map(([name, columns]) => ({
    name,
    columns: columns.map((row) => row.column_name),
    key: columns
      .filter((row) => row.place !== null)
      .toSorted((a, b) => (a.place as number) - (b.place as number))
      .map((row) => row.column_name),
  }));
}
