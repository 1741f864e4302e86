import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { CompactModel } from '../src/wire/models/compact.ts';
import type { BotocoreModel } from './models/botocore.ts';
import { compactModel } from './models/compact.ts';

/**
 * Writes `src/wire/models/generated/` from botocore-form models.
 *
 * `npm run generate:models -- FOLDER` regenerates everything: the models in FOLDER (with their LICENSE.txt and NOTICE)
 * and our own in `src/wire/models/sources/`. Without FOLDER only our own are regenerated.
 */
const root = join(import.meta.dirname, '../src/wire/models');
const sources = join(root, 'sources');
const target = join(root, 'generated');

const reports: string[] = [];
const folder = process.argv[2];
await mkdir(target, { recursive: true });
if (folder !== undefined) {
  for (const file of await jsonFiles(target)) await rm(join(target, file));
  await generate(folder);
  await copyFile(join(folder, 'LICENSE.txt'), join(target, 'LICENSE.txt'));
  await copyFile(join(folder, 'NOTICE'), join(target, 'NOTICE'));
}
await generate(sources);
await writeIndex();
for (const report of reports) console.log(report);

async function generate(from: string): Promise<void> {
  for (const file of await jsonFiles(from)) {
    const model = JSON.parse(await readFile(join(from, file), 'utf8')) as BotocoreModel;
    const id = basename(file, '.json');
    const compact = compactModel(id, model, (text) => reports.push(text));
    const text = format(compact);
    await writeFile(join(target, file), text);
    console.log(
      `${id}: ${Object.keys(compact.operations).length} operations, ${Math.ceil(text.length / 1024)} KB`,
    );
  }
}

/** One line for each operation and shape, so that a newer model shows as a readable difference. */
function format({ index, xmlNamespace, operations, shapes }: CompactModel): string {
  const namespace = xmlNamespace === undefined ? '' : `"xmlNamespace":${JSON.stringify(xmlNamespace)},\n`;
  return `{"index":${JSON.stringify(index)},\n${namespace}"operations":${lines(operations)},\n"shapes":${lines(shapes)}}\n`;
}

function lines(record: Readonly<Record<string, unknown>>): string {
  const rows = Object.entries(record).map(
    ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`,
  );
  return `{\n${rows.join(',\n')}\n}`;
}

async function writeIndex(): Promise<void> {
  const entries: string[] = [];
  const loaders: string[] = [];
  for (const file of await jsonFiles(target)) {
    const { index } = JSON.parse(await readFile(join(target, file), 'utf8')) as CompactModel;
    entries.push(`  ${JSON.stringify(index)},`);
    loaders.push(`  ${JSON.stringify(index.id)}: () => import('./${file}', { with: { type: 'json' } }),`);
  }
  const text = `// Written by scripts/generate-models.ts. Do not edit.
import type { ServiceIndexEntry } from '../service-model.ts';

/** Every service, without its shapes. */
export const entries: readonly ServiceIndexEntry[] = [
${entries.join('\n')}
];

/** Reads one model. The paths are literal so that a bundler sees them. */
export const loaders: Readonly<Record<string, () => Promise<{ readonly default: unknown }>>> = {
${loaders.join('\n')}
};
`;
  await writeFile(join(target, 'index.ts'), text);
}

async function jsonFiles(directory: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => name.endsWith('.json')).toSorted();
}
