import { type Command, Option } from 'commander';
import { configKeys, configSchema, defaultOf, flagOf } from '../../kernel/config/schema.ts';

/** `up` and `demo`. Everything heavy is loaded when the command runs. */
export function addServerCommands(program: Command, finish: (code: number) => void): void {
  const up = program
    .command('up')
    .description('start the server and serve until Ctrl-C')
    .option('--config <file>', 'settings file (default: pipewright.yaml in the data folder)');
  for (const option of configOptions()) up.addOption(option);
  up.action(async (options: Record<string, unknown>) => {
    const { up: run } = await import('../up.ts');
    finish(await run(options));
  });

  program
    .command('demo')
    .description(
      'run the whole main job once: push, build, approval, deployment, a failing one that rolls back',
    )
    .option('--data <dir>', 'data folder (default: a temporary one)')
    .option('--port <n>', 'port of the server; 0 takes a free one (default: 7300, with --once a free one)')
    .option('--once', 'approve through the API, end after the last step, exit 0 only if all of it was seen')
    .option('--summary <file>', 'write what was measured as JSON')
    .option('--database-url <url>', 'run on PostgreSQL')
    .action(async (options) => {
      const { demo } = await import('../demo/demo.ts');
      finish(await demo(options));
    });
}

function configOptions(): Option[] {
  return configKeys.map((key) => {
    const schema = configSchema.shape[key];
    const isSwitch = key === 'allowUnsafeListen';
    const value = isSwitch ? '' : key === 'dataDir' ? ' <dir>' : ' <value>';
    const standard = isSwitch ? undefined : defaultOf(key);
    const more = standard === undefined || standard === 'none' ? '' : ` (default: ${standard})`;
    return new Option(`${flagOf(key)}${value}`, `${schema.description}${more}`);
  });
}
