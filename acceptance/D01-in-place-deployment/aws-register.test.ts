import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { expect, test } from 'vitest';
import { startTestServer } from '../../testkit/support/test-server.ts';
import { runCli, startCli } from '../I09-command-line/cli.ts';

const run = promisify(execFile);
const AWS = '/usr/bin/aws';

/**
 * What `aws deploy register` does in IAM when it is given no user. Debian's aws would do it at the real IAM: it takes
 * no other address for that part.
 */
async function makeUser(iam: IAMClient, UserName: string) {
  const { User } = await iam.send(new CreateUserCommand({ UserName, Path: '/AWS/CodeDeploy/' }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  const PolicyName = 'codedeploy-agent';
  const Statement = [{ Action: ['s3:Get*', 's3:List*'], Effect: 'Allow', Resource: '*' }];
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName, PolicyDocument }));
  const { AccessKeyId = '', SecretAccessKey = '' } = AccessKey ?? {};
  return {
    arn: User?.Arn ?? '',
    file: `---\nregion: us-east-1\niam_user_arn: ${User?.Arn}\naws_access_key_id: ${AccessKeyId}\naws_secret_access_key: ${SecretAccessKey}\n`,
    async remove() {
      await iam.send(new DeleteUserPolicyCommand({ UserName, PolicyName }));
      await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId }));
      await iam.send(new DeleteUserCommand({ UserName }));
    },
  };
}

test('D1-S3: aws deploy register, an agent with its file, deregister and uninstall leave nothing behind', async () => {
  await using server = await startTestServer();
  const dir = mkdtempSync(join(tmpdir(), 'd01-register-'));
  try {
    const aws = (...args: string[]) =>
      run(AWS, ['--endpoint-url', server.endpoint, ...args], { cwd: dir, env: server.env });
    const region = ['--region', server.config.region];
    const iam = new IAMClient(server.clientConfig);
    const user = await makeUser(iam, 'Rpi4');
    const configFile = join(dir, 'codedeploy.onpremises.yml');
    writeFileSync(configFile, user.file);
    const host = ['--instance-name', 'Rpi4', ...region];
    await aws('deploy', 'register', ...host, '--iam-user-arn', user.arn, '--tags', 'Key=Name,Value=Rpi4');

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

    await aws('deploy', 'deregister', ...host, '--no-delete-iam-user');
    const told = await ended;
    expect(told.code).not.toBe(0);
    const uninstall = ['agent', 'uninstall', '--state', state, '--config-file', configFile];
    expect((await runCli(uninstall, env)).code).toBe(0);
    expect([existsSync(state), existsSync(configFile)]).toEqual([false, false]);
    expect((await row())?.tags).toBe('[]');
    await user.remove();
    iam.destroy();
  } finally {
    rmSync(dir, { recursive: true, force: true, maxRetries: 20 });
  }
});
