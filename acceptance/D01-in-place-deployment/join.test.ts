import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodeCommitClient, ListRepositoriesCommand } from '@aws-sdk/client-codecommit';
import {
  CodeDeployClient,
  CreateApplicationCommand,
  CreateDeploymentCommand,
  CreateDeploymentGroupCommand,
  DeregisterOnPremisesInstanceCommand,
  GetDeploymentCommand,
  GetOnPremisesInstanceCommand,
} from '@aws-sdk/client-codedeploy';
import { IAMClient } from '@aws-sdk/client-iam';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSignedClient } from '../../src/wire/client/index.ts';
import { startTestServer, type TestServer } from '../../testkit/support/test-server.ts';
import { runCli, startCli } from '../I09-command-line/cli.ts';
import { makeCertificate, outerAddress, type TestCertificate } from './certificate.ts';
import { bundle, makeDeployRole } from './world.ts';
import { zipOf } from './zip.ts';

const outer = outerAddress();
let dir: string;
let server: TestServer;
let certificate: TestCertificate;
let codedeploy: CodeDeployClient;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'd01-join-'));
  certificate = makeCertificate(dir, ['localhost', '127.0.0.1', ...(outer === undefined ? [] : [outer])]);
  server = await startTestServer({
    config: {
      tlsPort: 0,
      tlsCert: certificate.certFile,
      tlsKey: certificate.keyFile,
      allowUnsafeListen: true,
    },
  });
  codedeploy = new CodeDeployClient(server.clientConfig);
  const objects = new S3Client({ ...server.clientConfig, forcePathStyle: true });
  const role = await makeDeployRole(new IAMClient(server.clientConfig));
  await objects.send(new CreateBucketCommand({ Bucket: 'revisions' }));
  await objects.send(
    new PutObjectCommand({ Bucket: 'revisions', Key: 'app.zip', Body: await zipOf(bundle({})) }),
  );
  await codedeploy.send(new CreateApplicationCommand({ applicationName: 'app' }));
  await codedeploy.send(
    new CreateDeploymentGroupCommand({
      applicationName: 'app',
      deploymentGroupName: 'fleet',
      serviceRoleArn: role.Role?.Arn as string,
      deploymentConfigName: 'CodeDeployDefault.AllAtOnce',
      onPremisesInstanceTagFilters: [{ Key: 'Name', Value: 'joined', Type: 'KEY_AND_VALUE' }],
      outdatedInstancesStrategy: 'IGNORE',
    }),
  );
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true, force: true, maxRetries: 20 });
});

const state = (name: string) => join(dir, name, 'state');
const root = (name: string) => join(dir, name, 'root');

async function token(name: string): Promise<string> {
  const made = await runCli(['agent', 'token', '--name', name], server.env);
  expect(made.code, made.stderr).toBe(0);
  const file = join(dir, `${name}.token`);
  writeFileSync(file, made.stdout);
  return file;
}

/** An agent as an administrator starts one on another machine: it knows an address, a token and an authority. */
function agent(name: string, endpoint: string, tokenFile: string | undefined, more: readonly string[] = []) {
  return startCli(
    [
      ...['agent', '--name', name, '--tag', 'Name=joined', '--state', state(name), '--root', root(name)],
      ...['--endpoint', endpoint, '--ca-file', certificate.caFile],
      ...(tokenFile === undefined ? [] : ['--join-token-file', tokenFile]),
      ...more,
    ],
    { PATH: process.env['PATH'], HOME: dir, PIPEWRIGHT_TEST_CLOCK: server.env['PIPEWRIGHT_TEST_CLOCK'] },
  );
}

async function until(what: () => Promise<boolean> | boolean): Promise<void> {
  for (;;) {
    const change = server.kernel.changes.next(() => true, AbortSignal.timeout(100));
    if (await what()) return;
    await change;
  }
}

const online = (name: string) =>
  until(async () => {
    const [row] = await server.kernel.database.read.query<{ last_seen: number | null }>(
      'select last_seen from codedeploy_instances where name = ? and deregistered_at is null',
      [name],
    );
    return row !== undefined && row.last_seen !== null;
  });

async function deploy(): Promise<string | undefined> {
  const { deploymentId } = await codedeploy.send(
    new CreateDeploymentCommand({
      applicationName: 'app',
      deploymentGroupName: 'fleet',
      revision: {
        revisionType: 'S3',
        s3Location: { bucket: 'revisions', key: 'app.zip', bundleType: 'zip' },
      },
    }),
  );
  let status: string | undefined;
  await until(async () => {
    const { deploymentInfo } = await codedeploy.send(new GetDeploymentCommand({ deploymentId }));
    status = deploymentInfo?.status;
    return ['Succeeded', 'Failed', 'Stopped'].includes(status ?? '');
  });
  return status;
}

const stored = (name: string) =>
  JSON.parse(readFileSync(join(state(name), 'identity.json'), 'utf8')) as Record<string, string>;

const places = [
  ['loopback', 'localhost'],
  ...(outer === undefined ? [] : [['an address beyond loopback', outer]]),
] as [string, string][];

describe.each(places)('over TLS on %s', (_, address) => {
  const name = `host-${address}`;

  test('D1.2: a host joins by a one-time token, deploys, comes back without it, and goes (D1-S3)', async () => {
    const endpoint = `https://${address}:${server.tlsPort}`;
    const tokenFile = await token(name);
    const first = agent(name, endpoint, tokenFile);
    await online(name);
    expect(await deploy()).toBe('Succeeded');
    expect(readFileSync(join(root(name), 'srv/app/index.html'), 'utf8')).toBe('hello');

    const { instanceInfo } = await codedeploy.send(new GetOnPremisesInstanceCommand({ instanceName: name }));
    const account = server.config.account;
    expect(instanceInfo?.iamSessionArn).toBe(`arn:aws:sts::${account}:assumed-role/pipewright:host/${name}`);
    expect(statSync(join(state(name), 'identity.json')).mode & 0o777).toBe(0o600);
    expect(stored(name)).toMatchObject({ endpoint, name, account });
    const status = await runCli(['agent', 'status', '--state', state(name)], server.env);
    expect([status.code, status.stdout]).toEqual([
      0,
      `running (process ${first.child.pid}); joined ${endpoint} as ${name}\n`,
    ]);

    // A service manager starts it with the same command again: the token is spent and not needed.
    const keyBefore = stored(name)['key'];
    first.child.kill('SIGTERM');
    expect((await first.ended).code).toBe(0);
    const second = agent(name, endpoint, tokenFile);
    await until(() => stored(name)['key'] !== keyBefore && stored(name)['nextKey'] === undefined);
    expect(await deploy()).toBe('Succeeded');

    await codedeploy.send(new DeregisterOnPremisesInstanceCommand({ instanceName: name }));
    const told = await second.ended;
    expect(told.code).not.toBe(0);
    expect(told.stderr).toContain('is not registered (any more)');
    // Its key is worth nothing any more.
    const third = await agent(name, endpoint, tokenFile).ended;
    expect(third.code).not.toBe(0);
    expect(third.stderr).toContain('It must join anew, with a fresh token');

    expect((await runCli(['agent', 'uninstall', '--state', state(name)], server.env)).stdout).toContain(
      'uninstalled',
    );
    expect(existsSync(state(name))).toBe(false);
    // What was deployed stays (and can be removed like anything else).
    expect(existsSync(join(root(name), 'srv/app/index.html'))).toBe(true);
    const gone = await codedeploy.send(new GetOnPremisesInstanceCommand({ instanceName: name }));
    expect(gone.instanceInfo).toMatchObject({ tags: [], deregisterTime: expect.any(Date) });
  });
});

test('an agent whose system does not know the authority refuses the server', async () => {
  const tokenFile = await token('stranger');
  const endpoint = `https://localhost:${server.tlsPort}`;
  const running = startCli(
    [
      'agent',
      '--name',
      'stranger',
      '--state',
      state('stranger'),
      '--endpoint',
      endpoint,
      '--join-token-file',
      tokenFile,
    ],
    { PATH: process.env['PATH'], HOME: dir },
  );
  let said = '';
  running.child.stdout?.on('data', (text: string) => {
    said += text;
  });
  await until(() => /UNABLE_TO_(?:VERIFY|GET)|self.signed/i.test(said));
  running.child.kill('SIGTERM');
  await running.ended;
  expect(existsSync(join(state('stranger'), 'identity.json'))).toBe(false);
});

test('an agent refuses an address beyond this machine without TLS, unless told to', async () => {
  const tokenFile = await token('plain');
  const plain = ['--endpoint', 'http://192.0.2.77:7300', '--join-token-file', tokenFile];
  const refused = await runCli(['agent', '--name', 'plain', '--state', state('plain'), ...plain], {
    PATH: process.env['PATH'],
    HOME: dir,
  });
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toContain('http://192.0.2.77:7300 leads off this machine without TLS');
  const env = {
    PATH: process.env['PATH'],
    HOME: dir,
    AWS_ENDPOINT_URL: 'http://192.0.2.77:7300',
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLEEXAMPLE00',
    AWS_SECRET_ACCESS_KEY: 'secret',
  };
  const keys = await runCli(['agent', '--name', 'plain', '--state', state('plain')], env);
  expect(keys.stderr).toContain('leads off this machine without TLS');
});

describe('a token', () => {
  const anonymous = () =>
    createSignedClient({ endpoint: server.endpoint, region: '', credentials: undefined });
  const make = async (name: string, lifetimeSeconds?: number) => {
    const { credentials } = server;
    const client = createSignedClient({
      endpoint: server.endpoint,
      region: server.config.region,
      credentials,
    });
    const made = await client.call('pipewright', 'CreateJoinToken', { name, lifetimeSeconds });
    return (made as { token: string }).token;
  };
  const key = (n: number) => String(n).repeat(43);
  const joinHost = (input: object) =>
    anonymous().call('pipewright', 'JoinHost', input) as Promise<Record<string, string>>;
  const renew = (input: object) =>
    anonymous().call('pipewright', 'RenewHostCredential', input) as Promise<Record<string, string>>;
  const invalid = { code: 'InvalidJoinTokenException', status: 401 };

  test('is good once, for its host, and again only for the same key whose answer was lost', async () => {
    const one = await make('t1');
    await expect(joinHost({ token: one, name: 't2', key: key(1) })).rejects.toMatchObject(invalid);
    const first = await joinHost({ token: one, name: 't1', key: key(1) });
    const again = await joinHost({ token: one, name: 't1', key: key(1) });
    expect(again['accessKeyId']).not.toBe(first['accessKeyId']);
    await expect(joinHost({ token: one, name: 't1', key: key(2) })).rejects.toMatchObject(invalid);
    await expect(joinHost({ token: key(9), name: 't1', key: key(2) })).rejects.toMatchObject(invalid);
  });

  test('keys turn: each is good once, the last turn may be asked for again, older ones are refused', async () => {
    await joinHost({ token: await make('t3'), name: 't3', key: key(3) });
    await renew({ key: key(3), nextKey: key(4) });
    await renew({ key: key(3), nextKey: key(4) });
    await expect(renew({ key: key(3), nextKey: key(5) })).rejects.toMatchObject({ status: 401 });
    await renew({ key: key(4), nextKey: key(5) });
    await expect(renew({ key: key(3), nextKey: key(4) })).rejects.toMatchObject({
      code: 'HostNotRegisteredException',
      status: 401,
    });
  });

  test('does not take over a host that is registered for somebody else', async () => {
    const { credentials } = server;
    const own = createSignedClient({ endpoint: server.endpoint, region: server.config.region, credentials });
    await own.call('pipewright', 'RegisterHost', { name: 't4', protocolVersion: 2 });
    const spent = await make('t4');
    await expect(joinHost({ token: spent, name: 't4', key: key(6) })).rejects.toMatchObject({
      code: 'AccessDeniedException',
      status: 403,
    });
    // The refusal did not use the token up.
    await codedeploy.send(new DeregisterOnPremisesInstanceCommand({ instanceName: 't4' }));
    await joinHost({ token: spent, name: 't4', key: key(6) });
  });

  test("D1.3: a host's session takes its own commands and nothing else", async () => {
    const { name, region, ...session } = await joinHost({ token: await make('t5'), name: 't5', key: key(7) });
    const credentials = session as never as { accessKeyId: string; secretAccessKey: string };
    const mine = createSignedClient({ endpoint: server.endpoint, region: region as string, credentials });
    const registered = (await mine.call('pipewright', 'RegisterHost', { name, protocolVersion: 2 })) as {
      epoch: number;
    };
    expect(await mine.call('pipewright', 'PollHostCommand', { name, ...registered, waitSeconds: 0 })).toEqual(
      {},
    );
    const denied = { code: 'AccessDeniedException', status: 403 };
    for (const [operation, input] of [
      ['RegisterHost', { name: 't3', protocolVersion: 2 }],
      ['PollHostCommand', { name: 't3', epoch: 1 }],
      ['ReportHostCommand', { name: 't3', epoch: 1, commandId: 'd-000000000/t3', reports: [] }],
      ['CreateJoinToken', { name: 't5' }],
      ['CreateConsoleLink', {}],
    ] as const) {
      await expect(mine.call('pipewright', operation, input), operation).rejects.toMatchObject(denied);
    }
    const client = { endpoint: server.endpoint, region: region as string, credentials, maxAttempts: 1 };
    const objects = new S3Client({ ...client, forcePathStyle: true });
    await expect(
      objects.send(new GetObjectCommand({ Bucket: 'revisions', Key: 'app.zip' })),
    ).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(new CodeCommitClient(client).send(new ListRepositoriesCommand({}))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
    await expect(
      new CodeDeployClient(client).send(new GetOnPremisesInstanceCommand({ instanceName: 't5' })),
    ).rejects.toMatchObject({ name: 'AccessDeniedException' });
    // Deregistered, its session does not let it in again.
    await codedeploy.send(new DeregisterOnPremisesInstanceCommand({ instanceName: 't5' }));
    await expect(mine.call('pipewright', 'RegisterHost', { name, protocolVersion: 2 })).rejects.toMatchObject(
      {
        code: 'HostNotRegisteredException',
        status: 401,
      },
    );
  });
});
