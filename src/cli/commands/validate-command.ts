import { type Command, Option } from 'commander';

/** `pipewright validate`: needs no server. */
export function addValidateCommand(program: Command, finish: (code: number) => void): void {
  program
    .command('validate [files...]')
    .description(
      'check pipeline definitions, buildspec.yml and appspec.yml; without files, those of this folder',
    )
    .addOption(new Option('--as <kind>', 'what the files are').choices(['pipeline', 'buildspec', 'appspec']))
    .option('--region <region>', 'region that the pipelines are meant for (default: AWS_REGION, us-east-1)')
    .option('--json', 'for scripts')
    .action(async (files: readonly string[], options) => {
      const { validate } = await import('../validate/command.ts');
      finish(await validate(files, options));
    });
}
