import {
  AttachRolePolicyCommand,
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  CreateServiceSpecificCredentialCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeletePolicyCommand,
  DeleteRoleCommand,
  DeleteUserCommand,
  DetachRolePolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  GetUserCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListEntitiesForPolicyCommand,
  ListRolesCommand,
  ListRoleTagsCommand,
  PutRolePolicyCommand,
  ResetServiceSpecificCredentialCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAccessKeyCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateServiceSpecificCredentialCommand,
} from '@aws-sdk/client-iam';
import {
  AssumeRoleCommand,
  type Credentials,
  GetAccessKeyInfoCommand,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  STSClient,
} from '@aws-sdk/client-sts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DatabasePlace, describeEachDatabase } from '../../testkit/contracts/each-database.ts';
import { TEST_ACCOUNT } from '../../testkit/support/test-context.ts';
import { type ClientConfig, openTestStore, type TestStore } from '../../testkit/support/test-store.ts';

const OTHER = '222222222222';
const trust = (principal: object, more: object = {}) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole', ...more }],
  });
const ALLOW_ALL = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
});
const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail('this should have been refused'),
    (error: Error) => error.name,
  );

describeEachDatabase('roles and sessions (F10)', (newPlace) => {
  let place: DatabasePlace;
  let store: TestStore;
  let iam: IAMClient;
  const as = (credentials: Credentials | ClientConfig['credentials'] | undefined): ClientConfig => {
    const given = credentials as Credentials & ClientConfig['credentials'];
    return {
      ...store.client,
      credentials: {
        accessKeyId: given.AccessKeyId ?? given.accessKeyId,
        secretAccessKey: given.SecretAccessKey ?? given.secretAccessKey,
        sessionToken: given.SessionToken ?? given.sessionToken,
      },
    };
  };
  const whoAmI = async (config: ClientConfig) => {
    const sts = new STSClient(config);
    return sts.send(new GetCallerIdentityCommand({})).finally(() => sts.destroy());
  };
  const newUser = async (UserName: string) => {
    const { User } = await iam.send(new CreateUserCommand({ UserName }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    const config = as({
      accessKeyId: AccessKey?.AccessKeyId as string,
      secretAccessKey: AccessKey?.SecretAccessKey as string,
    });
    return {
      arn: User?.Arn as string,
      id: User?.UserId as string,
      config,
      keyId: AccessKey?.AccessKeyId as string,
    };
  };

  beforeAll(async () => {
    place = await newPlace();
    store = await openTestStore(place);
    iam = new IAMClient(store.client);
  });
  afterAll(async () => {
    iam.destroy();
    await store[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
  });

  test('root and users know who they are; a disabled or deleted key is refused at once', async () => {
    expect(await whoAmI(store.client)).toMatchObject({
      Account: TEST_ACCOUNT,
      Arn: `arn:aws:iam::${TEST_ACCOUNT}:root`,
      UserId: TEST_ACCOUNT,
    });
    const ada = await newUser('ada');
    expect(await whoAmI(ada.config)).toMatchObject({
      Arn: `arn:aws:iam::${TEST_ACCOUNT}:user/ada`,
      UserId: ada.id,
    });
    expect(ada.id).toMatch(/^AIDA[A-Z2-7]{17}$/);
    const key = { UserName: 'ada', AccessKeyId: ada.keyId };
    await iam.send(new UpdateAccessKeyCommand({ ...key, Status: 'Inactive' }));
    expect(await refusal(whoAmI(ada.config))).toBe('InvalidClientTokenId');
    await iam.send(new UpdateAccessKeyCommand({ ...key, Status: 'Active' }));
    await whoAmI(ada.config);
    expect(await refusal(iam.send(new DeleteUserCommand({ UserName: 'ada' })))).toBe(
      'DeleteConflictException',
    );
    await iam.send(new DeleteAccessKeyCommand(key));
    expect(await refusal(whoAmI(ada.config))).toBe('InvalidClientTokenId');
    await iam.send(new DeleteUserCommand({ UserName: 'ada' }));
    expect(await refusal(iam.send(new GetUserCommand({ UserName: 'ada' })))).toBe('NoSuchEntityException');
  });

  test('a role is taken on by whom its trust policy names, and ends with the role', async () => {
    const bo = await newUser('bo');
    const cy = await newUser('cy');
    const { Role } = await iam.send(
      new CreateRoleCommand({
        RoleName: 'deployer',
        Path: '/teams/',
        AssumeRolePolicyDocument: trust({ AWS: bo.arn }),
        MaxSessionDuration: 7200,
      }),
    );
    expect(Role?.Arn).toBe(`arn:aws:iam::${TEST_ACCOUNT}:role/teams/deployer`);
    const assume = (config: ClientConfig, more: object = {}) => {
      const sts = new STSClient(config);
      return sts
        .send(new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: 'work', ...more }))
        .finally(() => sts.destroy());
    };
    expect(await refusal(assume(cy.config))).toBe('AccessDenied');
    const session = await assume(bo.config);
    expect(session.AssumedRoleUser).toEqual({
      AssumedRoleId: `${Role?.RoleId}:work`,
      Arn: `arn:aws:sts::${TEST_ACCOUNT}:assumed-role/deployer/work`,
    });
    expect(session.Credentials?.AccessKeyId).toMatch(/^ASIA/);
    const worker = as(session.Credentials);
    expect(await whoAmI(worker)).toMatchObject({
      Arn: session.AssumedRoleUser?.Arn,
      UserId: `${Role?.RoleId}:work`,
    });
    const forged = { ...worker, credentials: { ...worker.credentials, sessionToken: 'forged' } };
    expect(await refusal(whoAmI(forged))).toBe('InvalidClientTokenId');
    expect(await refusal(assume(bo.config, { DurationSeconds: 7201 }))).toBe('ValidationError');
    expect(await refusal(assume(bo.config, { DurationSeconds: 60 }))).toMatch(/Validation/);
    await iam.send(new DeleteRoleCommand({ RoleName: 'deployer' }));
    expect(await refusal(whoAmI(worker))).toBe('InvalidClientTokenId');
    expect(await refusal(assume(bo.config))).toBe('AccessDenied');
  });

  test('another account gets in only by trust, with the external id when one is asked for (F10.4)', async () => {
    const stranger = new STSClient(await store.rootOf(OTHER));
    const { Role } = await iam.send(
      new CreateRoleCommand({ RoleName: 'cross', AssumeRolePolicyDocument: trust({ AWS: TEST_ACCOUNT }) }),
    );
    const assume = (ExternalId?: string) =>
      stranger.send(new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: 'work', ExternalId }));
    expect(await refusal(assume())).toBe('AccessDenied');
    const PolicyDocument = trust(
      { AWS: `arn:aws:iam::${OTHER}:root` },
      { Condition: { StringEquals: { 'sts:ExternalId': 'secret-word' } } },
    );
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'cross', PolicyDocument }));
    expect(await refusal(assume())).toBe('AccessDenied');
    expect(await refusal(assume('other-word'))).toBe('AccessDenied');
    const { Credentials } = await assume('secret-word');
    expect(await whoAmI(as(Credentials))).toMatchObject({ Account: TEST_ACCOUNT });
    stranger.destroy();
  });

  test('a service takes on only roles that name it', async () => {
    const { Role } = await iam.send(
      new CreateRoleCommand({
        RoleName: 'for-builds',
        AssumeRolePolicyDocument: trust({ Service: 'codebuild.amazonaws.com' }),
      }),
    );
    const sourceArn = `arn:aws:codebuild:eu-west-1:${TEST_ACCOUNT}:project/app`;
    const request = { roleArn: Role?.Arn as string, sourceArn, sessionName: 'build-1', durationSeconds: 900 };
    const session = await store.iam.assumeServiceRole({ ...request, service: 'codebuild.amazonaws.com' });
    expect((await whoAmI(as(session))).Arn).toMatch(/assumed-role\/for-builds\/build-1$/);
    await expect(
      store.iam.assumeServiceRole({ ...request, service: 'codedeploy.amazonaws.com' }),
    ).rejects.toMatchObject({ code: 'AccessDenied', status: 403 });
    const found = await store.kernel.database.transaction(async (tx) => [
      await store.iam.roleExists(tx, request.roleArn),
      await store.iam.roleExists(tx, `${request.roleArn}x`),
    ]);
    expect(found).toEqual([true, false]);
  });

  test('a service takes on a role that asks for its account and project, for these alone (F10.1, F10.3)', async () => {
    const Principal = { Service: 'codebuild.amazonaws.com' };
    const Condition = {
      StringEquals: { 'aws:SourceAccount': TEST_ACCOUNT },
      ArnLike: { 'aws:SourceArn': `arn:aws:codebuild:*:${TEST_ACCOUNT}:project/web-*` },
      Bool: { 'aws:PrincipalIsAWSService': 'true' },
      DateGreaterThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' },
    };
    const { Role } = await iam.send(
      new CreateRoleCommand({
        RoleName: 'for-one-account',
        AssumeRolePolicyDocument: trust(Principal, { Condition }),
      }),
    );
    const assume = (account: string, project: string) =>
      store.iam.assumeServiceRole({
        roleArn: Role?.Arn as string,
        service: Principal.Service,
        sourceArn: `arn:aws:codebuild:eu-west-1:${account}:project/${project}`,
        sessionName: 'build-2',
        durationSeconds: 900,
      });
    await expect(assume(TEST_ACCOUNT, 'web-shop')).resolves.toHaveProperty('sessionToken');
    await expect(assume(TEST_ACCOUNT, 'shop')).rejects.toMatchObject({ code: 'AccessDenied' });
    await expect(assume(OTHER, 'web-shop')).rejects.toMatchObject({ code: 'AccessDenied' });
  });

  test('session tokens and the account of a key', async () => {
    const dora = await newUser('dora');
    const sts = new STSClient(dora.config);
    const { Credentials } = await sts.send(new GetSessionTokenCommand({ DurationSeconds: 900 }));
    expect(await whoAmI(as(Credentials))).toMatchObject({ Arn: dora.arn, UserId: dora.id });
    const info = await sts.send(new GetAccessKeyInfoCommand({ AccessKeyId: Credentials?.AccessKeyId }));
    expect(info.Account).toBe(TEST_ACCOUNT);
    expect(
      await refusal(sts.send(new GetAccessKeyInfoCommand({ AccessKeyId: 'AKIAUNKNOWNUNKNOWN00' }))),
    ).toBe('ValidationError');
    sts.destroy();
  });

  test('policies: malformed ones are refused in words, versions and attachments are kept', async () => {
    const RoleName = 'with-policies';
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust({ AWS: '*' }) }));
    const put = (PolicyDocument: string) =>
      iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'p', PolicyDocument }));
    await expect(put('{nonsense')).rejects.toMatchObject({
      name: 'MalformedPolicyDocumentException',
      message: 'This policy contains invalid Json',
    });
    await expect(
      put(JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*' }] })),
    ).rejects.toMatchObject({ message: 'Policy statement must contain resources.' });
    await put(ALLOW_ALL);
    const inline = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: 'p' }));
    expect(decodeURIComponent(inline.PolicyDocument ?? '')).toBe(ALLOW_ALL);

    const { Policy } = await iam.send(
      new CreatePolicyCommand({ PolicyName: 'managed', PolicyDocument: ALLOW_ALL }),
    );
    const PolicyArn = Policy?.Arn;
    const admin = 'arn:aws:iam::aws:policy/AdministratorAccess';
    for (const arn of [PolicyArn, admin, admin])
      await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: arn }));
    const attached = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
    expect(attached.AttachedPolicies?.map((policy) => policy.PolicyName).toSorted()).toEqual([
      'AdministratorAccess',
      'managed',
    ]);
    const unknown = 'arn:aws:iam::aws:policy/NoSuchThing';
    expect(await refusal(iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: unknown })))).toBe(
      'NoSuchEntityException',
    );
    const who = await iam.send(new ListEntitiesForPolicyCommand({ PolicyArn }));
    expect(who.PolicyRoles?.map((role) => role.RoleName)).toEqual([RoleName]);
    const second = await iam.send(
      new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: ALLOW_ALL, SetAsDefault: true }),
    );
    expect(second.PolicyVersion).toMatchObject({ VersionId: 'v2', IsDefaultVersion: true });
    const first = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId: 'v1' }));
    expect(first.PolicyVersion).toMatchObject({ IsDefaultVersion: false });
    expect(await refusal(iam.send(new DeletePolicyCommand({ PolicyArn })))).toBe('DeleteConflictException');
    expect(await refusal(iam.send(new DeleteRoleCommand({ RoleName })))).toBe('DeleteConflictException');
    await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
    expect(await refusal(iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn })))).toBe(
      'NoSuchEntityException',
    );
  });

  test('roles are listed page by page and carry tags', async () => {
    for (const n of [1, 2, 3])
      await iam.send(
        new CreateRoleCommand({
          RoleName: `paged-${n}`,
          Path: '/paged/',
          AssumeRolePolicyDocument: trust({ AWS: '*' }),
        }),
      );
    const seen: (string | undefined)[] = [];
    let Marker: string | undefined;
    do {
      const page = await iam.send(new ListRolesCommand({ PathPrefix: '/paged/', MaxItems: 2, Marker }));
      seen.push(...(page.Roles ?? []).map((role) => role.RoleName));
      ({ Marker } = page);
    } while (Marker);
    expect(seen).toEqual(['paged-1', 'paged-2', 'paged-3']);
    expect(await refusal(iam.send(new ListRolesCommand({ Marker: 'made-up' })))).toBe('ValidationError');
    const RoleName = 'paged-1';
    const Tags = ['a', 'b'].map((Key) => ({ Key, Value: 'x' }));
    await iam.send(new TagRoleCommand({ RoleName, Tags }));
    await iam.send(new UntagRoleCommand({ RoleName, TagKeys: ['a'] }));
    expect((await iam.send(new ListRoleTagsCommand({ RoleName }))).Tags).toEqual([{ Key: 'b', Value: 'x' }]);
    const create = new CreateRoleCommand({
      RoleName: 'PAGED-1',
      AssumeRolePolicyDocument: trust({ AWS: '*' }),
    });
    expect(await refusal(iam.send(create))).toBe('EntityAlreadyExistsException');
    const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
    expect(JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ''))).toEqual(
      JSON.parse(trust({ AWS: '*' })),
    );
  });

  test('git passwords are shown once, fit until they are reset or disabled', async () => {
    const UserName = 'git-user';
    const { User } = await iam.send(new CreateUserCommand({ UserName }));
    const ServiceName = 'codecommit.amazonaws.com';
    const made = await iam.send(new CreateServiceSpecificCredentialCommand({ UserName, ServiceName }));
    const { ServiceUserName, ServicePassword, ServiceSpecificCredentialId } =
      made.ServiceSpecificCredential ?? {};
    expect(ServiceUserName).toBe(`git-user-at-${TEST_ACCOUNT}`);
    const verify = (password: string | undefined) =>
      store.iam.verifyGitCredential(ServiceUserName as string, password as string);
    expect(await verify(ServicePassword)).toMatchObject({
      arn: User?.Arn,
      account: TEST_ACCOUNT,
      kind: 'user',
    });
    expect(await verify('wrong')).toBeUndefined();
    expect(await store.iam.verifyGitCredential('nobody', 'wrong')).toBeUndefined();
    const id = { UserName, ServiceSpecificCredentialId };
    const again = await iam.send(new ResetServiceSpecificCredentialCommand(id));
    expect(await verify(ServicePassword)).toBeUndefined();
    const next = again.ServiceSpecificCredential?.ServicePassword;
    expect(await verify(next)).toBeDefined();
    await iam.send(new UpdateServiceSpecificCredentialCommand({ ...id, Status: 'Inactive' }));
    expect(await verify(next)).toBeUndefined();
    const rows = await store.kernel.database.read.query<{ password_hash: string }>(
      'select password_hash from iam_git_credentials',
    );
    expect(rows[0]?.password_hash).toMatch(/^scrypt\$/);
    const other = new CreateServiceSpecificCredentialCommand({
      UserName,
      ServiceName: 'cassandra.amazonaws.com',
    });
    expect(await refusal(iam.send(other))).toBe('ServiceNotSupportedException');
  });
});
