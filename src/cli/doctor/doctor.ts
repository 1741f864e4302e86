import { loadConfig } from '../../kernel/config/load.ts';
import { dataFolder } from '../client/connection.ts';
import { type Colour, paint } from '../terminal/paint.ts';
import { formatTable } from '../terminal/table.ts';
import { checkDataFolder } from './check-data-folder.ts';
import { checkPostgres } from './check-database.ts';
import { type Check, checkAwsCli, checkBash, checkBubblewrap, checkGit, checkNode } from './checks.ts';
import { formatBytes, sizesOf } from './sizes.ts';

const COLOURS: Readonly<Record<Check['state'], Colour>> = { ok: 'green', absent: 'yellow', missing: 'red' };

/** Exit code 1 only when something that is needed is missing. */
export async function doctor(options: { readonly data?: string; readonly json?: boolean }): Promise<number> {
  const dataDir = dataFolder(options.data);
  const { databaseUrl } = loadConfig({ flags: { dataDir }, env: process.env });
  const database = databaseUrl === undefined ? undefined : await checkPostgres(databaseUrl);
  const checks = await Promise.all([
    checkNode(),
    checkGit(),
    checkBash(),
    checkBubblewrap(),
    checkAwsCli(),
    checkDataFolder(dataDir),
    ...(database === undefined ? [] : [database.check]),
  ]);
  const sizes = await sizesOf(dataDir, database?.bytes);
  if (options.json) process.stdout.write(`${JSON.stringify({ checks, sizes }, undefined, 2)}\n`);
  else {
    const rows = checks.map(({ name, state, found, advice }) => [
      name,
      paint(COLOURS[state], state),
      found,
      advice === undefined ? '' : `→ ${advice}`,
    ]);
    const kept = sizes.map(({ name, bytes }) => `${name} ${formatBytes(bytes)}`).join(', ');
    process.stdout.write(
      `${formatTable(['WHAT', 'STATE', 'FOUND', ''], rows)}\n\nkept in ${dataDir}: ${kept}\n`,
    );
  }
  return checks.some(({ state }) => state === 'missing') ? 1 : 0;
}
