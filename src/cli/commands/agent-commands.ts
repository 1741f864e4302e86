import { type Command, InvalidArgumentError, Option } from 'commander';
import { CONNECTION_DEFAULT, repeatable } from './options.ts';

/** `agent` on its own runs it; the others look after one that is installed, and let hosts in. */
export function addAgentCommands(program: Command, finish: (code: number) => void): void {
  const agent = program.command('agent').description('run the deployment agent of this host');

  agent
    .command('run', { isDefault: true })
    .description('run the agent until it is stopped (what `pipewright agent` does)')
    .requiredOption('--state <dir>', 'folder for identity, bundles, journal and logs of this agent')
    .option(
      '--name <name>',
      "name of this host: its on-premises instance (default: the machine's, when it joins)",
    )
    .addOption(repeatable('--tag <key=value>', 'tag of this host (repeatable)'))
    .option('--root <dir>', 'place absolute destinations below this folder')
    .option('--endpoint <url>', 'address of the server to join (default: AWS_ENDPOINT_URL)')
    .option('--join-token-file <file>', 'join by the token in this file (PIPEWRIGHT_JOIN_TOKEN works too)')
    .option('--config-file <file>', 'keys that `aws deploy register` has written, in place of joining')
    .option('--ca-file <file>', 'trust this authority as well (PEM)')
    .option('--allow-plain-http', 'talk to a server beyond this machine without TLS')
    .option('--data <dir>', 'data folder of a server on this machine, in place of joining')
    .addOption(
      new Option('--log-level <level>', 'how much it says')
        .choices(['debug', 'info', 'warn', 'error', 'silent'])
        .default('info'),
    )
    .action(async (options) => {
      const { agent: run } = await import('../agent/run.ts');
      finish(await run(options));
    });

  agent
    .command('token')
    .description('make a token that lets one host join, once')
    .requiredOption('--name <name>', 'name of the host')
    .option('--lifetime <seconds>', 'how long it is good for', wholeNumber, 3600)
    .option('--data <dir>', `data folder of the server (default: ${CONNECTION_DEFAULT})`)
    .action(async (options) => {
      const { createToken } = await import('../agent/manage.ts');
      finish(await createToken(options));
    });

  const managed = [
    ['status', 'say whether the agent runs (exit code 0) or not (3)', 'agentStatus'],
    ['stop', 'stop the agent and wait for it', 'stop'],
    ['uninstall', 'stop the agent and remove all that is its own; what it installed stays', 'uninstall'],
  ] as const;
  for (const [name, description, action] of managed) {
    const command = agent
      .command(name)
      .description(description)
      .requiredOption('--state <dir>', 'folder of the agent');
    if (name === 'uninstall') command.option('--config-file <file>', 'file with its keys, removed as well');
    command.action(async (options: { state: string; configFile?: string }) => {
      const commands = await import('../agent/manage.ts');
      finish(await commands[action](options));
    });
  }
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It takes a whole number.');
  return Number(text);
}
