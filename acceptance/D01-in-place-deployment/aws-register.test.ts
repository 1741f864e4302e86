import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { IAMClient, ListUsersCommand } from '@aws-sdk/client-iam';
import { expect, test } from 'vitest';
import { startTestServer } from '../../testkit/support/test-server.ts';
import { runCli, startCli } from '../I09-command-line/cli.ts';

const run = promisify(execFile);

test('D1-S3: aws deploy register, an agent with its file, deregister and uninstall leave nothing behind', async () => {
  await using server = await startTestServer();
  const dir = mkdtempSync(join(tmpdir(), 'd01-register-'));
  try {
    const aws = (...args: string[]) =>
      run('aws', ['--endpoint-url', server.endpoint, ...args], { cwd: dir, env: server.env });
    const region = ['--region', server.config.region];
    await aws('deploy', 'register', '--instance-name', 'Rpi4', '--tags', 'Key=Name,Value=Rpi4', ...region);
    const configFile = join(dir, 'codedeploy.onpremises.yml');
    expect(readFileSync(configFile, 'utf8')).toContain('iam_user_arn');

    const state = join(dir, 'state');
    const env = { PATH: process.env['PATH'], HOME: dir, AWS_ENDPOINT_URL: server.endpoint };
    const { ended } = startCli(['agent', '--state', state, '--config-file', configFile], env);
    const row = async () =>
      (
        await server.kernel.database.read.query<{ last_seen: number | null; tags: string }>(
          "select last_seen, tags from codedeploy_instances where name = 'Rpi4'",
        )
      )[0];
    while ((await row())?.last_seen === null) {
      await server.kernel.changes.next(() => true, AbortSignal.timeout(100));
    }
    // An agent that brings no tags leaves those that the host was given.
    expect((await row())?.tags).toBe('[{"key":"Name","value":"Rpi4"}]');

    await aws('deploy', 'deregister', '--instance-name', 'Rpi4', ...region);
    const told = await ended;
    expect(told.code).not.toBe(0);
    const uninstall = ['agent', 'uninstall', '--state', state, '--config-file', configFile];
    expect((await runCli(uninstall, env)).code).toBe(0);
    expect([existsSync(state), existsSync(configFile)]).toEqual([false, false]);
    expect((await row())?.tags).toBe('[]');
    const { Users } = await new IAMClient(server.clientConfig).send(new ListUsersCommand({}));
    expect(Users).toEqual([]);
  } finally {
    rmSync(dir, { recursive: true, force: true, maxRetries: 20 });
  }
});
