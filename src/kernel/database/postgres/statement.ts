const translated = new Map<string, string>();
const names = new Map<string, string>();
const MAX_CACHED = 2000;

/** Our `?` placeholders as PostgreSQL's `$1`; text in quotes is left alone. */
export function toDollarPlaceholders(sql: string): string {
  const known = translated.get(sql);
  if (known !== undefined) return known;
  let n = 0;
  const text = sql.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"|\?/g, (token) =>
    token === '?' ? `$${++n}` : token,
  );
  if (translated.size < MAX_CACHED) translated.set(sql, text);
  return text;
}

/** A stable name under which the server keeps the compiled statement; undefined when there are too many. */
export function statementName(sql: string): string | undefined {
  const known = names.get(sql);
  if (known !== undefined) return known;
  if (names.size >= MAX_CACHED) return undefined;
  const name = `s${names.size + 1}`;
  names.set(sql, name);
  return name;
}

/** Text sorts by bytes on both databases, so that page tokens mean the same. */
export function collateText(sql: string): string {
  return /^\s*(create|alter)\s+table/i.test(sql)
    ? sql.replace(/\btext\b(?!\s+collate)/gi, 'text collate "C"')
    : sql;
}
