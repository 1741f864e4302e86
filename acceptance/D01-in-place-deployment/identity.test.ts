import {
  DeregisterOnPremisesInstanceCommand,
  RegisterOnPremisesInstanceCommand,
} from '@aws-sdk/client-codedeploy';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { HostCommand } from '../../src/pure/agent-protocol.ts';
import { createSignedClient } from '../../src/wire/client/index.ts';
import { TEST_ACCOUNT, TEST_REGION } from '../../testkit/support/test-context.ts';
import { bundle, openWorld, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world[Symbol.asyncDispose]());

async function agentCalls() {
  const { credentials } = await world.rootOf(TEST_ACCOUNT);
  const client = createSignedClient({ endpoint: world.endpoint, region: TEST_REGION, credentials });
  return (operation: string, input: object) =>
    client.call('pipewright', operation, input) as Promise<Record<string, unknown>>;
}

const hello = { name: 'h', protocolVersion: 1, tags: [{ Key: 'Name', Value: 'Rpi4' }] };

test('D1-S3: a deregistered agent is told so by its held poll with 401 and gives up', async () => {
  const host = world.host('h');
  await world.until(async () => (await rows()).some((row) => row.last_seen !== null));
  await world.codedeploy.send(new DeregisterOnPremisesInstanceCommand({ instanceName: 'h' }));
  await expect(host.stopped).rejects.toMatchObject({ code: 'HostNotRegisteredException', status: 401 });
});

test('D1.3: only the identity that a host was registered for acts as it', async () => {
  const iamUserArn = `arn:aws:iam::${TEST_ACCOUNT}:user/other`;
  await world.codedeploy.send(new RegisterOnPremisesInstanceCommand({ instanceName: 'h', iamUserArn }));
  const call = await agentCalls();
  await expect(call('RegisterHost', hello)).rejects.toMatchObject({
    code: 'AccessDeniedException',
    status: 403,
  });
  await expect(call('PollHostCommand', { name: 'h', epoch: 0 })).rejects.toMatchObject({ status: 403 });
});

test('a second agent of the same name ends the session of the first, whose reports are refused', async () => {
  const call = await agentCalls();
  const first = await call('RegisterHost', hello);
  const held = call('PollHostCommand', { name: 'h', epoch: first['epoch'] }).catch((error: unknown) => error);
  const second = await call('RegisterHost', hello);
  expect(await held).toMatchObject({ code: 'StaleHostSessionException' });
  expect(Number(second['epoch'])).toBe(Number(first['epoch']) + 1);
  await world.group();
  const deploymentId = await world.deploy(bundle({}));
  const { command } = (await call('PollHostCommand', { name: 'h', epoch: second['epoch'] })) as {
    command: never;
  };
  const { commandId, lifecycleEvents, lastSequence } = command;
  expect({ commandId, lastSequence }).toEqual({ commandId: `${deploymentId}/h`, lastSequence: 0 });
  expect(lifecycleEvents).toHaveLength(7);
  const report = { sequence: 1, kind: 'EventStarted', at: 1, event: 'ApplicationStop' };
  const reports = { name: 'h', commandId, reports: [report] };
  await expect(call('ReportHostCommand', { ...reports, epoch: first['epoch'] })).rejects.toMatchObject({
    code: 'StaleHostSessionException',
  });
  // Repeated reports count once; the same command comes again until its end is known.
  for (let n = 0; n < 2; n++) {
    expect(await call('ReportHostCommand', { ...reports, epoch: second['epoch'] })).toEqual({
      lastSequence: 1,
      ended: false,
    });
  }
  const again = (await call('PollHostCommand', { name: 'h', epoch: second['epoch'] })) as { command: object };
  expect(again.command).toMatchObject({ commandId, lastSequence: 1 });
  await expect(
    call('ReportHostCommand', { name: 'h', commandId: 'd-000000000/h', epoch: second['epoch'], reports: [] }),
  ).rejects.toMatchObject({ code: 'HostCommandNotFoundException' });
});

test('an agent of an unknown protocol is told which one is spoken', async () => {
  const call = await agentCalls();
  await expect(call('RegisterHost', { ...hello, protocolVersion: 9 })).rejects.toMatchObject({
    code: 'UnsupportedProtocolException',
    message: 'The agent speaks protocol 9; this server speaks 2. Update the older of both.',
  });
  await expect(call('RegisterHost', { ...hello, protocolVersion: 3 })).rejects.toMatchObject({ status: 400 });
});

test('an agent of the version before is served from its registration to the end of a deployment', async () => {
  const call = await agentCalls();
  const session = await call('RegisterHost', { ...hello, protocolVersion: 1 });
  expect(session['protocolVersion']).toBe(1);
  const base = { name: 'h', epoch: session['epoch'] };
  await world.group();
  const deploymentId = await world.deploy(bundle({}));
  const { command } = (await call('PollHostCommand', base)) as { command: HostCommand };
  // All that version 1 knows of a command is in it.
  expect(command).toMatchObject({
    commandId: `${deploymentId}/h`,
    fileExistsBehavior: 'DISALLOW',
    bundle: { bundleType: 'zip', sha256: expect.any(String), size: expect.any(Number) },
  });
  expect((await fetch(command.bundle.url)).status).toBe(200);
  const reports = command.lifecycleEvents.flatMap((event, n) => [
    { sequence: 2 * n + 1, kind: 'EventStarted', at: 1, event },
    { sequence: 2 * n + 2, kind: 'EventEnded', at: 1, event, status: 'Succeeded' },
  ]);
  const end = { sequence: reports.length + 1, kind: 'CommandEnded', at: 1, status: 'Succeeded' };
  const { commandId } = command;
  const answer = await call('ReportHostCommand', { ...base, commandId, reports: [...reports, end] });
  expect(answer).toEqual({ lastSequence: end.sequence, ended: true });
  expect((await world.ended(deploymentId)).status).toBe('Succeeded');
});

test('two agents never share a state folder', async () => {
  const first = world.host('h');
  await world.until(async () => (await rows()).length === 1);
  await expect(world.host('h').stopped).rejects.toThrow('another agent');
  await first.stop();
});

test('an agent outlives a server that goes away and comes back', async () => {
  const host = world.host('h');
  await world.until(async () => (await rows()).some((row) => row.last_seen !== null));
  await world.restartDoor();
  await world.group();
  expect((await world.ended(await world.deploy(bundle({})))).status).toBe('Succeeded');
  await host.stop();
});

function rows() {
  return world.kernel.database.read.query<{ last_seen: number | null }>(
    'select last_seen from codedeploy_instances',
  );
}
