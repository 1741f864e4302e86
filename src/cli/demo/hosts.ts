import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { findUp } from '../../server/find-up.ts';
import { names } from './names.ts';

/** A host of the demo: a folder of its own with a real agent process. */
export interface DemoHost {
  readonly name: string;
  readonly root: string;
  /** Where the deployed service answers. */
  readonly url: string;
  readonly agent: ChildProcess;
}

/** Gives the host its port the way an administrator would (`/etc/default`), then starts its agent. */
export async function startHost(name: string, folder: string, dataDir: string): Promise<DemoHost> {
  const port = await freePort();
  const root = join(folder, name, 'root');
  const settings = join(root, 'etc', 'default');
  mkdirSync(settings, { recursive: true });
  writeFileSync(join(settings, 'web-service'), `PORT=${port}\n`);
  const launcher = join(dirname(findUp(import.meta.dirname, 'package.json')), 'bin', 'pipewright.mjs');
  const log = openSync(join(folder, name, 'agent.log'), 'a');
  const agent = spawn(
    process.execPath,
    [
      launcher,
      'agent',
      ...['--data', dataDir],
      ...['--name', name],
      ...['--tag', `${names.tag.Key}=${names.tag.Value}`],
      ...['--root', root],
      ...['--state', join(folder, name, 'state')],
    ],
    {
      stdio: ['ignore', log, log],
      env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}` },
    },
  );
  closeSync(log);
  return { name, root, url: `http://127.0.0.1:${port}`, agent };
}

/** Ends the agent, then the service that its hooks left running. */
export async function stopHost(host: DemoHost): Promise<void> {
  if (host.agent.exitCode === null && host.agent.signalCode === null) {
    const ended = new Promise((resolve) => host.agent.once('exit', resolve));
    host.agent.kill('SIGTERM');
    await ended;
  }
  const pid = readPid(join(host.root, 'run', 'web-service.pid'));
  if (pid === undefined) return;
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    // It had ended by itself.
  }
}

function readPid(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    return Number.isInteger(pid) && pid > 1 ? pid : undefined;
  } catch {
    return undefined;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
