import type { Finding } from '../../kernel/errors.ts';

const WIDTH = 100;
const LEAD = 60;

/** The line of a finding with the one before it, and a caret below the place. Long lines are cut around it. */
export function codeFrame(text: string, { line, column }: Pick<Finding, 'line' | 'column'>): string {
  const lines = text.split('\n', line);
  const shown = lines[line - 1];
  if (shown === undefined) return '';
  const from = Math.max(0, column - 1 - LEAD);
  const numbers = String(line).length;
  const rows: string[] = [];
  const before = lines[line - 2];
  if (before !== undefined && before.slice(from).trim() !== '') {
    rows.push(`  ${String(line - 1).padStart(numbers)} | ${cut(before, from)}`);
  }
  const caret = ' '.repeat(column - 1 - from + (from > 0 ? 1 : 0));
  rows.push(`> ${line} | ${cut(shown, from)}`, `  ${' '.repeat(numbers)} | ${caret}^`);
  return rows.map((row) => row.trimEnd()).join('\n');
}

function cut(row: string, from: number): string {
  const text = printable(row);
  const end = from + WIDTH;
  return `${from > 0 ? '…' : ''}${text.slice(from, end)}${text.length > end ? '…' : ''}`;
}

/** A file is not to steer the terminal that shows it; every character stays one character wide. */
export function printable(text: string): string {
  return text.replaceAll('\t', ' ').replaceAll(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu, '·');
}
