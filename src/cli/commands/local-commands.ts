import type { Command } from 'commander';

const repeat = (value: string, all: readonly string[]) => [...all, value];

/** Commands that need no server (`run`), or that run on hosts (`agent`). */
export function addLocalCommands(program: Command, finish: (code: number) => void): void {
  program
    .command('run [dir]')
    .description(
      'run the build of a folder with a buildspec.yml in place, with live output; no server needed',
    )
    .option('--buildspec <file>', 'another build specification, relative to the folder')
    .option('-e, --env <name=value>', 'set an environment variable (repeatable)', repeat, [])
    .option('--artifacts <dir>', 'copy the artifacts there')
    .option('--sandbox <driver>', 'bubblewrap or process', 'process')
    .action(async (dir: string | undefined, options) => {
      const { run } = await import('../run/command.ts');
      finish(await run(dir ?? '.', options));
    });

  program
    .command('agent')
    .description('run the deployment agent of this host')
    .option('--data <dir>', 'data folder of a server on this machine, in place of endpoint and keys')
    .requiredOption('--name <name>', 'name of this host: its on-premises instance')
    .option('--tag <key=value>', 'tag of this host (repeatable)', repeat, [])
    .option('--root <dir>', 'place absolute destinations below this folder')
    .requiredOption('--state <dir>', 'folder for bundles, journal and logs of this agent')
    .option('--log-level <level>', 'debug, info, warn or error', 'info')
    .action(async (options) => {
      const { agent } = await import('../agent.ts');
      finish(await agent(options));
    });
}
