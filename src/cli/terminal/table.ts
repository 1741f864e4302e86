import { paint } from './paint.ts';

/** Columns for people, as wide as their widest cell; the last one is left as it is. */
export function formatTable(headers: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headers.map((header, n) =>
    Math.max(visibleLength(header), ...rows.map((row) => visibleLength(row[n] ?? ''))),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, n) => (n === cells.length - 1 ? cell : pad(cell, widths[n] ?? 0)))
      .join('  ')
      .trimEnd();
  return [line(headers.map((header) => paint('dim', header))), ...rows.map(line)].join('\n');
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - visibleLength(text)));
}

function visibleLength(text: string): number {
  return text.replaceAll(new RegExp(`${String.fromCodePoint(27)}\\[[0-9;]*m`, 'g'), '').length;
}
