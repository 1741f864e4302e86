import { loadConfig } from '../kernel/config/load.ts';
import { type ConfigKey, configKeys } from '../kernel/config/schema.ts';
import { startServer } from '../server/server.ts';
import { version } from '../server/version.ts';
import { untilInterrupted } from './terminal/interrupt.ts';
import { quoteForShell } from './terminal/quote.ts';

/** `pipewright up`: says where it serves, then serves until it is told to end. */
export async function up(options: Readonly<Record<string, unknown>>): Promise<number> {
  const flags = Object.fromEntries(configKeys.map((key) => [key, options[optionName(key)]]));
  const config = loadConfig({
    flags,
    env: process.env,
    ...(typeof options['config'] === 'string' ? { file: options['config'] } : {}),
  });
  const server = await startServer(config, { env: process.env });
  const say = (line: string) => process.stdout.write(`${line}\n`);
  say(`Pipewright ${version} is ready at ${server.endpoint}`);
  if (server.tlsPort !== undefined) say(`  tls       port ${server.tlsPort} of ${config.tlsHost}`);
  say(`  console   ${await server.createConsoleLink()}`);
  say(`  aws cli   eval "$(pipewright env --data ${quoteForShell(config.dataDir)})"`);
  say(`  data      ${config.dataDir} (${server.kernel.database.dialect})`);
  say(
    server.kernel.sandbox.driver === 'bubblewrap'
      ? '  builds    in bubblewrap sandboxes'
      : '  builds    as plain processes (trusted mode); install bubblewrap to shut them in',
  );
  await untilInterrupted();
  say('Ending; builds that run go on and are taken up at the next start.');
  await server.close();
  return 0;
}

/** Commander's name of a flag: `--data` is `data`, `--log-level` is `logLevel`. */
function optionName(key: ConfigKey): string {
  return key === 'dataDir' ? 'data' : key;
}
