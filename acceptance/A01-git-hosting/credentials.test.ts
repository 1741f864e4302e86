import { existsSync } from 'node:fs';
import { CodeCommitClient, CreateRepositoryCommand, GetBranchCommand } from '@aws-sdk/client-codecommit';
import { CreateRoleCommand, DeleteServiceSpecificCredentialCommand, IAMClient } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ON_POSTGRES } from '../../testkit/support/wanted-database.ts';
import { AWS, gitCredential, openWorld, type World } from './world.ts';

describe('A1.2 git credentials', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
    const client = new CodeCommitClient(world.server.clientConfig);
    await client.send(new CreateRepositoryCommand({ repositoryName: 'app' }));
    world.user.local('', 'init', '-q', 'work');
    world.user.local('work', 'commit', '-q', '--allow-empty', '-m', 'one');
  });
  afterAll(() => world[Symbol.asyncDispose]());

  describe.skipIf(!existsSync(AWS))('the credential helper of the aws CLI', () => {
    it('pushes and clones with an access key', async () => {
      expect(await world.git('work', ['push', world.url('app'), 'main'])).toMatchObject({ code: 0 });
      expect(await world.git('', ['clone', '-q', world.url('app'), 'copy'])).toMatchObject({ code: 0 });
      expect(world.user.local('copy', 'rev-parse', 'HEAD')).toBe(
        world.user.local('work', 'rev-parse', 'HEAD'),
      );
    });

    // Who a signature is from is looked at on both databases, below and in F10.
    if (ON_POSTGRES) return;

    it('refuses a wrong secret and an unknown key', async () => {
      const wrong: readonly Record<string, string>[] = [
        { AWS_SECRET_ACCESS_KEY: 'wrong' },
        { AWS_ACCESS_KEY_ID: 'AKIANOBODYNOBODYNOBO' },
      ];
      for (const extra of wrong) {
        const run = await world.git('', ['ls-remote', world.url('app')], extra);
        expect(run.code).not.toBe(0);
        expect(run.output).toContain('Authentication failed');
      }
    });

    it('works with the temporary credentials of a role', async () => {
      const iam = new IAMClient(world.server.clientConfig);
      const trust = {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }],
      };
      const role = await iam.send(
        new CreateRoleCommand({ RoleName: 'pusher', AssumeRolePolicyDocument: JSON.stringify(trust) }),
      );
      const sts = new STSClient(world.server.clientConfig);
      const { Credentials } = await sts.send(
        new AssumeRoleCommand({ RoleArn: role.Role?.Arn, RoleSessionName: 'ada' }),
      );
      const extra = {
        AWS_ACCESS_KEY_ID: Credentials?.AccessKeyId ?? '',
        AWS_SECRET_ACCESS_KEY: Credentials?.SecretAccessKey ?? '',
        AWS_SESSION_TOKEN: Credentials?.SessionToken ?? '',
      };
      expect(await world.git('work', ['push', world.url('app'), 'main:by-role'], extra)).toMatchObject({
        code: 0,
      });
      const stolen = { ...extra, AWS_SESSION_TOKEN: 'other' };
      expect((await world.git('', ['ls-remote', world.url('app')], stolen)).output).toContain(
        'Authentication failed',
      );
    });

    it('goes to the region that the client signs for', async () => {
      const west = new CodeCommitClient({ ...world.server.clientConfig, region: 'eu-west-1' });
      await west.send(new CreateRepositoryCommand({ repositoryName: 'west' }));
      const region = { AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-1' };
      expect(await world.git('work', ['push', world.url('west'), 'main'], region)).toMatchObject({ code: 0 });
      expect((await world.git('', ['ls-remote', world.url('west')])).output).toContain('not found');
      const branch = await west.send(new GetBranchCommand({ repositoryName: 'west', branchName: 'main' }));
      expect(branch.branch?.commitId).toBe(world.user.local('work', 'rev-parse', 'HEAD'));
    });
  });

  it('takes a static user name and password until they are deleted', async () => {
    const iam = new IAMClient(world.server.clientConfig);
    const {
      ServiceUserName = '',
      ServicePassword = '',
      ServiceSpecificCredentialId,
    } = await gitCredential(world.server, 'ada');
    const at = (user: string, password: string) => {
      const url = new URL(world.url('app'));
      url.username = user;
      url.password = encodeURIComponent(password);
      return url.href;
    };
    const url = at(ServiceUserName, ServicePassword);
    expect(await world.user.git('work', ['push', url, 'main:by-ada'])).toMatchObject({ code: 0 });
    expect((await world.user.git('', ['ls-remote', at(ServiceUserName, 'wrong')])).code).not.toBe(0);
    await iam.send(
      new DeleteServiceSpecificCredentialCommand({ UserName: 'ada', ServiceSpecificCredentialId }),
    );
    expect((await world.user.git('', ['ls-remote', url])).output).toContain('Authentication failed');
  });
});
