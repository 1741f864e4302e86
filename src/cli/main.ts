import { Command, CommanderError } from 'commander';
import { DefinitionError, errorText, formatFinding } from '../kernel/errors.ts';
import { version } from '../server/version.ts';
import { addClientCommands } from './commands/client-commands.ts';
import { addDataCommands } from './commands/data-commands.ts';
import { addLocalCommands } from './commands/local-commands.ts';
import { addServerCommands } from './commands/server-commands.ts';
import { addValidateCommand } from './commands/validate-command.ts';

/** Exit codes: 0 well, 1 the work failed, 2 it was asked for wrongly, 130 interrupted. */
async function main(argv: readonly string[]): Promise<number> {
  const program = new Command('pipewright')
    .description('A self-hosted delivery platform that runs AWS developer-tool definitions for real.')
    .version(version)
    .showHelpAfterError('(pipewright --help shows what there is)')
    .showSuggestionAfterError()
    .addHelpText(
      'after',
      '\nExit codes: 0 well, 1 the work failed, 2 it was asked for wrongly, 130 interrupted.',
    )
    .exitOverride()
    .configureHelp({ sortSubcommands: false, showGlobalOptions: true })
    .enablePositionalOptions();
  let exitCode = 0;
  const finish = (code: number) => {
    exitCode = code;
  };
  addServerCommands(program, finish);
  addClientCommands(program, finish);
  addLocalCommands(program, finish);
  addValidateCommand(program, finish);
  addDataCommands(program, finish);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    return report(error);
  }
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof DefinitionError) {
    for (const finding of error.findings) process.stderr.write(`${formatFinding(finding)}\n`);
    return 2;
  }
  process.stderr.write(`pipewright: ${explain(error)}\n`);
  if (process.env['PIPEWRIGHT_DEBUG'] && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return 1;
}

function explain(error: unknown): string {
  const name = error instanceof Error ? error.name : '';
  const code = (error as { code?: string }).code;
  if (code === 'ECONNREFUSED') return 'no server answers there. Start one: pipewright up';
  if (code === 'EADDRINUSE')
    return 'this port is taken; choose another with --port, or --port 0 for a free one';
  return name.endsWith('Exception') ? `${name}: ${errorText(error)}` : errorText(error);
}

process.exitCode = await main(process.argv.slice(2));
