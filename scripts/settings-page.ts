import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configKeys, configSchema, defaultOf, flagOf, variableOf } from '../src/kernel/config/schema.ts';

/** Where the table of all settings stands. */
export const SETTINGS_PAGE = join(import.meta.dirname, '../docs/settings.md');

const INTRODUCTION = `# Settings

Every setting of \`pipewright up\`, from flags, the environment and a file; flags win over the environment, the
environment over the file. The file is \`pipewright.yaml\` in the data folder, or the one that \`--config\` names, with the
settings by their names:

\`\`\`yaml
port: 7300
maxConcurrentBuilds: 4
\`\`\`

Everything that is wrong in them is said at once, with its place, and the server does not start.

`;

/** The page as it should be. */
export function settingsPage(): string {
  const rows = configKeys.map((key) => [
    `\`${key}\``,
    `\`${flagOf(key)}\`<br>\`${variableOf(key)}\``,
    configSchema.shape[key].description ?? '',
    defaultCell(key),
  ]);
  return `${INTRODUCTION}${aligned([['Setting', 'Flag and variable', 'What it is', 'Default'], ...rows])}\n`;
}

/** A table as the formatter would leave it. */
function aligned([head = [], ...rows]: readonly string[][]): string {
  const widths = head.map((_, n) => Math.max(...[head, ...rows].map((cells) => cells[n]?.length ?? 0)));
  const line = (cells: readonly string[], fill = ' ') =>
    `| ${widths.map((width, n) => (cells[n] ?? '').padEnd(width, fill)).join(' | ')} |`;
  return [line(head), line([], '-'), ...rows.map((cells) => line(cells))].join('\n');
}

/** Values as code, words as words. */
function defaultCell(key: (typeof configKeys)[number]): string {
  const value = defaultOf(key) ?? '';
  return value === '' || value === 'none' || value.includes(' ') ? value : `\`${value}\``;
}

if (process.argv[1] === import.meta.filename) writeFileSync(SETTINGS_PAGE, settingsPage());
