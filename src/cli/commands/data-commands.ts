import type { Command } from 'commander';
import { DATA_DEFAULT } from './options.ts';

/** Commands about the machine and the data folder. */
export function addDataCommands(program: Command, finish: (code: number) => void): void {
  program
    .command('doctor')
    .description('say what this machine has, what is missing and how to get it')
    .option('--data <dir>', `data folder to look at (default: ${DATA_DEFAULT})`)
    .option('--json', 'for scripts')
    .action(async (options) => {
      const { doctor } = await import('../doctor/doctor.ts');
      finish(await doctor(options));
    });

  program
    .command('backup <file>')
    .description(
      'write database, blobs, logs and repositories into one archive (the keys are never in it); a running server goes on',
    )
    .option('--data <dir>', `data folder to back up (default: ${DATA_DEFAULT})`)
    .option('--database-url <url>', 'its PostgreSQL, when no server runs (DATABASE_URL works too)')
    .action(async (file: string, options) => {
      const { backup } = await import('../backup/backup.ts');
      finish(await backup(file, options));
    });

  program
    .command('restore <file>')
    .description('make a data folder and its database from a backup; both must not exist yet or be empty')
    .requiredOption('--data <dir>', 'data folder to make')
    .option(
      '--database-url <url>',
      'empty PostgreSQL to restore into in place of SQLite (DATABASE_URL works too)',
    )
    .option('--keys <dir>', 'folder of the master keys that the backup was sealed with')
    .action(async (file: string, options) => {
      const { restore } = await import('../backup/restore.ts');
      finish(await restore(file, options));
    });
}
