import { type Command, Option } from 'commander';
import { addAgentCommands } from './agent-commands.ts';
import { repeatable } from './options.ts';

/** Commands that need no server (`run`), or that run on hosts (`agent`). */
export function addLocalCommands(program: Command, finish: (code: number) => void): void {
  program
    .command('run [dir]')
    .description(
      'run the build of a folder with a buildspec.yml in place, with live output; no server needed',
    )
    .option('-b, --buildspec <file>', 'another build specification, relative to the folder')
    .addOption(
      repeatable('-s, --source <dir>', 'the folder, or id:folder for a secondary source (repeatable)'),
    )
    .addOption(repeatable('-e, --env <name=value>', 'set a variable, or those of a file (repeatable)'))
    .option('-a, --artifacts <dir>', 'copy the artifacts there')
    .option('-r, --reports <dir>', 'copy the files of reports there, a folder for each group')
    .option('-i, --image <name>', "one of AWS's images, which the tools of this machine stand in for")
    .option('-c, --configuration', 'let the build use your own AWS keys and endpoint')
    .option('-p, --profile <name>', 'let the build use this profile of your AWS configuration')
    .option('-m, --mount', 'run in the folder itself, which is what happens anyway')
    .addOption(new Option('-d, --privileged').hideHelp())
    .addOption(new Option('-l, --agent-image <image>').hideHelp())
    .option(
      '--sandbox <driver>',
      'bubblewrap, process, or auto, which takes bubblewrap when it works here',
      'process',
    )
    .option('--json', 'tell on standard output what came of it; the log goes to standard error')
    .action(async (dir: string | undefined, options) => {
      const { run } = await import('../run/command.ts');
      finish(await run(dir, options));
    });

  addAgentCommands(program, finish);
}
