import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadConfig } from '../../kernel/config/load.ts';
import { createFailpoints } from '../../kernel/failpoints.ts';
import { restoreBackup } from '../../server/backup/restore-backup.ts';
import { quoteForShell } from '../terminal/quote.ts';

export interface RestoreCommand {
  readonly data: string;
  readonly keys?: string;
  readonly databaseUrl?: string;
}

/** Into a new folder and, with `--database-url` or DATABASE_URL, an empty PostgreSQL database. */
export async function restore(file: string, options: RestoreCommand): Promise<number> {
  const source = resolve(file);
  if (!existsSync(source)) throw new Error(`there is no backup ${source}`);
  const { dataDir, databaseUrl } = loadConfig({
    flags: { dataDir: options.data, databaseUrl: options.databaseUrl },
    env: process.env,
  });
  const begun = performance.now();
  const manifest = await restoreBackup({
    file: source,
    dataDir,
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    failpoints: createFailpoints(process.env),
    ...(options.keys === undefined ? {} : { keys: resolve(options.keys) }),
  });
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const where = databaseUrl === undefined ? 'SQLite' : 'PostgreSQL';
  say(`${dataDir} is as it was on ${manifest.createdAt} (Pipewright ${manifest.version}), on ${where}.`);
  say(`What came after that is lost. It took ${((performance.now() - begun) / 1000).toFixed(1)} s.`);
  say('Do not let it run beside the server it came from: both would act.');
  if (options.keys === undefined)
    say(`Put the master keys into ${join(dataDir, 'keys')} (mode 0600) before you start:`);
  const database = databaseUrl === undefined ? '' : ' --database-url <the same address>';
  say(`  pipewright up --data ${quoteForShell(dataDir)}${database}`);
  return 0;
}
