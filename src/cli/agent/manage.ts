import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { openHostIdentity, runningAgent, stopAgent, uninstallAgent } from '../../agent/index.ts';
import { findConnection } from '../client/connection.ts';
import { ownService } from '../client/own-service.ts';

interface StateOptions {
  readonly state: string;
  readonly configFile?: string;
}

/** `pipewright agent token`: for a host that is to join. Only the token goes to standard output. */
export async function createToken(options: {
  readonly data?: string;
  readonly name: string;
  readonly lifetime: number;
}): Promise<number> {
  const { token, expiresAt } = await ownService(findConnection(options)).createJoinToken(
    options.name,
    options.lifetime,
  );
  process.stdout.write(`${token}\n`);
  process.stderr.write(`For ${options.name}, once, until ${new Date(expiresAt * 1000).toISOString()}.\n`);
  return 0;
}

/** `pipewright agent status`: exit code 0 when it runs, 3 when not, as service scripts say it. */
export async function agentStatus({ state }: StateOptions): Promise<number> {
  const stateDir = resolve(state);
  const running = runningAgent(stateDir);
  const identity = openHostIdentity(stateDir);
  const joined = identity ? `joined ${identity.endpoint} as ${identity.name}` : 'has not joined by a token';
  process.stdout.write(
    running ? `running (process ${running.pid}); ${joined}\n` : `not running; ${joined}\n`,
  );
  return running ? 0 : 3;
}

/** `pipewright agent stop`: waits until it has ended. */
export async function stop({ state }: StateOptions): Promise<number> {
  const stopped = await stopAgent(resolve(state));
  process.stdout.write(stopped ? 'stopped\n' : 'no agent was running\n');
  return 0;
}

/** `pipewright agent uninstall`: stops it and removes all that is its own. */
export async function uninstall({ state, configFile }: StateOptions): Promise<number> {
  const removed = await uninstallAgent(resolve(state));
  if (configFile !== undefined) rmSync(resolve(configFile), { force: true });
  process.stdout.write(
    removed
      ? 'uninstalled; aws deploy deregister-on-premises-instance ends its registration\n'
      : 'there was nothing to uninstall\n',
  );
  return 0;
}
