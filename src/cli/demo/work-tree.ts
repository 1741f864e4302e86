import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { findUp } from '../../server/find-up.ts';
import { names } from './names.ts';

const execute = promisify(execFile);

export interface Push {
  readonly commitId: string;
  /** Milliseconds since the epoch at which `git push` had returned. */
  readonly returnedAt: number;
}

/**
 * Nothing of the user's own git takes part: neither its configuration (signed commits, hooks, other addresses) nor the
 * repository that its variables name, nor a proxy, for the server is on this machine.
 */
function gitEnvironment(home: string): NodeJS.ProcessEnv {
  const foreign = /^GIT_|^XDG_CONFIG_HOME$|^(?:https?|all)_proxy$/i;
  const own = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  return { ...Object.fromEntries(own), HOME: home, GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_NOSYSTEM: '1' };
}

/** A developer's clone of the example. */
export interface WorkTree {
  commit(message: string): Promise<void>;
  push(): Promise<Push>;
  /** A change that the unit tests do not notice and the hosts do. */
  breakHealth(): void;
}

export async function createWorkTree(dir: string, pushUrl: string): Promise<WorkTree> {
  mkdirSync(dir, { recursive: true });
  cpSync(join(dirname(findUp(import.meta.dirname, 'package.json')), 'examples', 'web-service'), dir, {
    recursive: true,
  });
  const git = (...args: string[]) =>
    execute('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args], {
      cwd: dir,
      env: gitEnvironment(dir),
    });
  await git('init', '-q', '-b', names.branch);
  await git('remote', 'add', 'origin', pushUrl);
  return {
    async commit(message) {
      await git('add', '-A');
      await git('commit', '-q', '-m', message);
    },
    async push() {
      const { stdout } = await git('rev-parse', 'HEAD');
      await git('push', '-q', 'origin', names.branch);
      return { commitId: stdout.trim(), returnedAt: Date.now() };
    },
    breakHealth() {
      const file = join(dir, 'lib', 'health.mjs');
      writeFileSync(file, readFileSync(file, 'utf8').replace("status: 'ok'", "status: 'degraded'"));
    },
  };
}
