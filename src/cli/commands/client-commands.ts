import { type Command, Option } from 'commander';
import { CONNECTION_DEFAULT } from './options.ts';

/** Commands that talk to a running server. */
export function addClientCommands(program: Command, finish: (code: number) => void): void {
  const client = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .option('--data <dir>', `data folder of the server (default: ${CONNECTION_DEFAULT})`);

  client('status [pipeline]', 'show the server and its pipelines, or one pipeline with its stages')
    .option('--json', 'for scripts')
    .addOption(new Option('--watch', 'stay and show changes until the execution has ended').conflicts('json'))
    .action(async (pipeline: string | undefined, options, command: Command) => {
      if (options.watch && pipeline === undefined)
        command.error('error: --watch needs the name of a pipeline');
      const { status } = await import('../status.ts');
      finish(await status(pipeline, options));
    });

  client(
    'logs <pipeline-or-build>',
    'show the log of a build, or of the newest build of a pipeline or project',
  )
    .option(
      '-f, --follow',
      'show all of it and go on until the build has ended; waits for a pipeline to come to it',
    )
    .addOption(new Option('-n, --lines <n>', 'only the last n lines').conflicts('follow'))
    .action(async (subject: string, options) => {
      const { logs } = await import('../logs.ts');
      finish(await logs(subject, options));
    });

  client('approve <pipeline>', 'approve (or reject) the manual approval that waits')
    .option('--reject', 'reject instead')
    .option('-m, --comment <text>', 'summary that goes with it')
    .option('--stage <name>', 'which stage, when several wait')
    .option('--execution <id>', 'which execution, when several wait')
    .option('--wait', 'when none waits yet, wait for the execution that runs to come to one')
    .option('--json', 'for scripts')
    .action(async (pipeline: string, options) => {
      const { approve } = await import('../approve.ts');
      finish(await approve(pipeline, options));
    });

  client('console', 'print a one-time link that signs a browser in').action(async (options) => {
    const { consoleLink } = await import('../console.ts');
    finish(await consoleLink(options));
  });

  client('env', 'print what sets endpoint, region and keys: eval "$(pipewright env)"')
    .option('--json', 'for scripts')
    .addOption(
      new Option('--shell <shell>', 'for whom it is written').choices(['posix', 'fish']).default('posix'),
    )
    .action(async (options) => {
      const { env } = await import('../env.ts');
      finish(await env(options));
    });
}
