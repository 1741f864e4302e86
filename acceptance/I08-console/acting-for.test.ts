import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  IAMClient,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSignedClient } from '../../src/wire/client/index.ts';
import { startTestServer, type TestServer } from '../../testkit/support/test-server.ts';

const OWN = { 'x-pipewright': '1', 'content-type': 'application/json' };

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

let server: TestServer;
let iam: IAMClient;
beforeAll(async () => {
  server = await startTestServer();
  iam = new IAMClient(server.clientConfig);
});
afterAll(() => server[Symbol.asyncDispose]());

const native = (method: string, path: string, headers: Readonly<Record<string, string>>, body?: object) =>
  fetch(`${server.endpoint}/_pipewright${path}`, {
    method,
    headers: { ...OWN, ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });

/** Opens a link that the holder of these keys asks for, as a browser does. */
async function signIn(keys: Keys): Promise<{ readonly cookie: string; readonly endsAt: number }> {
  const client = createSignedClient({ ...server.clientConfig, credentials: keys });
  const { url } = (await client.call('pipewright', 'CreateConsoleLink', {})) as { readonly url: string };
  const answer = await native('POST', '/session', {}, { token: new URL(url).hash.slice('#token='.length) });
  expect(answer.status).toBe(200);
  const [cookie = '', ...attributes] = answer.headers.getSetCookie()[0]?.split('; ') ?? [];
  const expires = attributes.find((each) => each.startsWith('Expires='))?.slice('Expires='.length) ?? '';
  return { cookie, endsAt: Date.parse(expires) };
}

async function credentialsOf({ cookie }: { readonly cookie: string }) {
  const answer = await native('POST', '/credentials', { cookie });
  expect(answer.status).toBe(200);
  const { expiration, ...keys } = (await answer.json()) as Required<Keys> & { readonly expiration: string };
  return { keys, endsAt: Date.parse(expiration) };
}

async function whoIs(credentials: Keys): Promise<string | undefined> {
  const sts = new STSClient({ ...server.clientConfig, credentials });
  return (await sts.send(new GetCallerIdentityCommand({}))).Arn;
}

async function makeUser(UserName: string): Promise<Keys> {
  await iam.send(new CreateUserCommand({ UserName }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  return {
    accessKeyId: AccessKey?.AccessKeyId as string,
    secretAccessKey: AccessKey?.SecretAccessKey as string,
  };
}

test('the console acts for who asked for its link (invariant 10)', async () => {
  const { account } = server.config;
  const root = await signIn(server.credentials);
  expect(await whoIs((await credentialsOf(root)).keys)).toBe(`arn:aws:iam::${account}:root`);
  const user = await signIn(await makeUser('ann'));
  expect(await whoIs((await credentialsOf(user)).keys)).toBe(`arn:aws:iam::${account}:user/ann`);
});

test('a session that a role asked for ends with the credentials of the role (invariant 8)', async () => {
  const { account } = server.config;
  const AWS = `arn:aws:iam::${account}:root`;
  const Statement = [{ Effect: 'Allow', Principal: { AWS }, Action: 'sts:AssumeRole' }];
  const { Role } = await iam.send(
    new CreateRoleCommand({
      RoleName: 'looks-on',
      AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement }),
    }),
  );
  const sts = new STSClient({ ...server.clientConfig, credentials: await makeUser('ben') });
  const { Credentials } = await sts.send(
    new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: 'a-day', DurationSeconds: 900 }),
  );
  const until = Credentials?.Expiration?.getTime() as number;
  const session = await signIn({
    accessKeyId: Credentials?.AccessKeyId as string,
    secretAccessKey: Credentials?.SecretAccessKey as string,
    sessionToken: Credentials?.SessionToken as string,
  });
  // A cookie's time has no fractions of a second.
  expect(session.endsAt).toBe(Math.floor(until / 1000) * 1000);
  const issued = await credentialsOf(session);
  expect(issued.endsAt).toBeLessThan(until + 1000);
  expect(await whoIs(issued.keys)).toBe(`arn:aws:sts::${account}:assumed-role/looks-on/a-day`);
});

test('a session ends with its user, also when one of that name is made again', async () => {
  const keys = await makeUser('cid');
  const { cookie } = await signIn(keys);
  await iam.send(new DeleteAccessKeyCommand({ UserName: 'cid', AccessKeyId: keys.accessKeyId }));
  await iam.send(new DeleteUserCommand({ UserName: 'cid' }));
  await makeUser('cid');
  expect((await native('POST', '/credentials', { cookie })).status).toBe(401);
});
