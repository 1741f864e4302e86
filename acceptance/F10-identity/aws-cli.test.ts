import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TEST_ACCOUNT } from '../../testkit/support/test-context.ts';
import { openTestStore, type TestStore } from '../../testkit/support/test-store.ts';

describe.skipIf(!existsSync('/usr/bin/aws'))('identity from the command line (F10)', () => {
  let store: TestStore;
  beforeAll(async () => {
    store = await openTestStore();
  });
  afterAll(() => store[Symbol.asyncDispose]());
  const ok = async (...args: string[]) => {
    const { code, out, err } = await store.aws(args);
    expect([code, err], args.join(' ')).toEqual([0, '']);
    return out === '' ? {} : JSON.parse(out);
  };

  test('a role is made, described, given a policy, taken on and deleted', async () => {
    const trust = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: TEST_ACCOUNT }, Action: 'sts:AssumeRole' }],
    };
    const role = ['--role-name', 'from-cli'];
    const made = await ok(
      'iam',
      'create-role',
      ...role,
      '--assume-role-policy-document',
      JSON.stringify(trust),
    );
    expect(made.Role.AssumeRolePolicyDocument).toEqual(trust);
    const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] };
    const named = [...role, '--policy-name', 'p'];
    await ok('iam', 'put-role-policy', ...named, '--policy-document', JSON.stringify(policy));
    expect((await ok('iam', 'get-role-policy', ...named)).PolicyDocument).toEqual(policy);
    expect((await ok('iam', 'list-roles')).Roles).toHaveLength(1);
    const assume = ['sts', 'assume-role', '--role-arn', made.Role.Arn, '--role-session-name', 'cli'];
    expect((await ok(...assume)).AssumedRoleUser.Arn).toMatch(/assumed-role\/from-cli\/cli$/);
    const early = await store.aws(['iam', 'delete-role', ...role]);
    expect([early.code, early.err]).toEqual([254, expect.stringContaining('(DeleteConflict)')]);
    await ok('iam', 'delete-role-policy', ...named);
    await ok('iam', 'delete-role', ...role);
    const gone = await store.aws(['iam', 'get-role', ...role]);
    expect(gone.err).toContain(
      '(NoSuchEntity) when calling the GetRole operation: The role with name from-cli cannot be found.',
    );
    const bad = await store.aws(['iam', 'create-role', ...role, '--assume-role-policy-document', '{']);
    expect(bad.err).toContain('(MalformedPolicyDocument)');
  });

  test('get-caller-identity and the git password of a user', async () => {
    expect(await ok('sts', 'get-caller-identity')).toEqual({
      UserId: TEST_ACCOUNT,
      Account: TEST_ACCOUNT,
      Arn: `arn:aws:iam::${TEST_ACCOUNT}:root`,
    });
    await ok('iam', 'create-user', '--user-name', 'git-from-cli');
    const made = await ok(
      'iam',
      'create-service-specific-credential',
      '--user-name',
      'git-from-cli',
      '--service-name',
      'codecommit.amazonaws.com',
    );
    const { ServiceUserName, ServicePassword } = made.ServiceSpecificCredential;
    expect(await store.iam.verifyGitCredential(ServiceUserName, ServicePassword)).toBeDefined();
  });
});
