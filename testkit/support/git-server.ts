import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CodeCommitRoom } from '../../src/services/codecommit/index.ts';

/** A bare HTTP server in front of a room's git door. */
export async function serveRoom(room: Pick<CodeCommitRoom, 'serveGit'>) {
  const failures: unknown[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    if (!(await room.serveGit(request, response, 'test-request'))) response.writeHead(418).end();
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      failures.push(error);
      response.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    failures,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export interface GitRun {
  readonly code: number;
  readonly output: string;
}

/** A user's folder with git in it: a home of its own, no configuration of the machine. */
export function gitUser() {
  const home = mkdtempSync(join(tmpdir(), 'pipewright-git-'));
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.com',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.com',
  };
  writeFileSync(
    join(home, '.gitconfig'),
    '[init]\n\tdefaultBranch = main\n[advice]\n\tdetachedHead = false\n',
  );
  return {
    home,
    env,
    /** Runs git beside a server in this process. */
    git(cwd: string, args: readonly string[], extra: Readonly<Record<string, string>> = {}): Promise<GitRun> {
      return new Promise((resolve) => {
        const options = { cwd: join(home, cwd), env: { ...env, ...extra }, maxBuffer: 64 * 1024 * 1024 };
        execFile('git', [...args], options, (error, stdout, stderr) => {
          const code = error ? (typeof error.code === 'number' ? error.code : -1) : 0;
          resolve({ code, output: `${stdout}${stderr}` });
        });
      });
    },
    /** Runs git and blocks: only for what needs no server. Throws when it fails. */
    local(cwd: string, ...args: string[]): string {
      const run = spawnSync('git', args, { cwd: join(home, cwd), env, encoding: 'utf8' });
      if (run.status !== 0) throw new Error(`git ${args.join(' ')}: ${run.stderr}`);
      return run.stdout.trim();
    },
    path: (...parts: string[]) => join(home, ...parts),
    write: (path: string, text: string) => writeFileSync(join(home, path), text),
    [Symbol.dispose]: () => rmSync(home, { recursive: true, force: true, maxRetries: 20 }),
  };
}
