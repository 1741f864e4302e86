import { Readable } from 'node:stream';
import { createSystemClock } from '../../src/kernel/clock-system.ts';
import { openKernel } from '../../src/kernel/open.ts';
import { createLogger } from '../../src/kernel/telemetry/logger.ts';
import type { AggregateType } from '../../src/kernel/transitions/port.ts';
import type { HostCommand } from '../../src/pure/agent-protocol.ts';
import { createCodeDeployRoom } from '../../src/services/codedeploy/index.ts';
import { createIamRoom } from '../../src/services/iam/index.ts';
import { createS3Room } from '../../src/services/s3/index.ts';
import { lifeOptions } from '../../testkit/crash/lives.ts';
import { callOperation, TEST_ACCOUNT, TEST_SCOPE } from '../../testkit/support/test-context.ts';
import { zipOf } from './zip.ts';

/**
 * One life of a server without HTTP: it brings a deployment of two hosts, whose second one fails, and its rollback to
 * their end, or one whose host is deregistered meanwhile, from wherever an earlier life was killed, and prints what it
 * came to. The agents are played by the same process: they know from each command how far their reports have come.
 */
const { scenario, ...place } = lifeOptions<{ scenario: 'rollback' | 'lost host' }>();
// Nothing else keeps the process while it waits for its own timers.
const alive = setInterval(() => {}, 2 ** 30);
const kernel = await openKernel({
  ...place,
  env: process.env,
  clock: createSystemClock(),
  logger: createLogger({ level: 'silent' }),
  endpoint: () => 'http://127.0.0.1:1',
  sandbox: async () => ({ close: async () => {} }) as never,
});
const iam = createIamRoom(kernel);
const s3 = createS3Room(kernel, { iam });
const room = createCodeDeployRoom(kernel, { s3, iam: { ...iam, roleExists: async () => true } });
await kernel.install([iam, s3, room]);
await kernel.start();
await iam.ensureAccount(TEST_ACCOUNT);

const call = (service: string, operation: string, input: object) =>
  callOperation(kernel, room, service, operation, input) as Promise<Record<string, unknown>>;
/** Made already by an earlier life. */
const once = (made: Promise<unknown>) =>
  made.catch((error: Error) => {
    if (!error.name.endsWith('AlreadyExistsException')) throw error;
  });

await s3.ensureBucket(TEST_SCOPE, 'revisions', { versioned: true });
await once(call('codedeploy', 'CreateApplication', { applicationName: 'app' }));
await once(
  call('codedeploy', 'CreateDeploymentGroup', {
    applicationName: 'app',
    deploymentGroupName: 'fleet',
    serviceRoleArn: 'arn:aws:iam::111111111111:role/r',
    onPremisesInstanceTagFilters: [{ Key: 'Name', Type: 'KEY_ONLY' }],
    autoRollbackConfiguration: { enabled: true, events: ['DEPLOYMENT_FAILURE'] },
    outdatedInstancesStrategy: 'IGNORE',
  }),
);
await once(
  call('codedeploy', 'CreateDeploymentGroup', {
    applicationName: 'app',
    deploymentGroupName: 'edge',
    serviceRoleArn: 'arn:aws:iam::111111111111:role/r',
    onPremisesInstanceTagFilters: [{ Key: 'Edge', Type: 'KEY_ONLY' }],
    outdatedInstancesStrategy: 'IGNORE',
  }),
);
const epochs = new Map<string, number>();
for (const name of ['h1', 'h2']) {
  const tags = [{ Key: 'Name', Value: name }];
  const { epoch } = await call('pipewright', 'RegisterHost', { name, tags, protocolVersion: 1 });
  epochs.set(name, epoch as number);
}

/** Deploys like a pipeline: the same key is the same deployment in every life. */
async function deploy(key: string, content: string, deploymentGroupName = 'fleet'): Promise<string> {
  const known = await s3.headObject(TEST_ACCOUNT, { bucket: 'revisions', key }).catch(() => undefined);
  if (!known) {
    const body = Readable.from(await zipOf({ 'appspec.yml': 'version: 0.0\nos: linux\n', content }));
    await s3.putObject(TEST_ACCOUNT, { bucket: 'revisions', key }, body);
  }
  const { deploymentId } = await room.createDeployment(TEST_SCOPE, {
    key,
    applicationName: 'app',
    deploymentGroupName,
    bucket: 'revisions',
    objectKey: key,
    versionId: undefined,
    eTag: undefined,
    description: '',
    replyTo: { to: { kind: 'none', id: 'none' }, token: key },
  });
  return deploymentId;
}

/** Does what the two agents would do until the deployment has ended. */
async function carryOut(deploymentId: string): Promise<Record<string, unknown>> {
  for (;;) {
    const { deploymentInfo } = await call('codedeploy', 'GetDeployment', { deploymentId });
    const info = deploymentInfo as Record<string, unknown>;
    if (['Succeeded', 'Failed', 'Stopped'].includes(String(info['status']))) return info;
    const change = kernel.changes.next(() => true, AbortSignal.timeout(100));
    let worked = false;
    for (const [name, epoch] of epochs) {
      const { command } = await call('pipewright', 'PollHostCommand', { name, epoch, waitSeconds: 0 });
      if (!command) continue;
      worked = true;
      await report(name, epoch, command as HostCommand);
    }
    if (!worked) await change;
  }
}

/** A host joins by a token, with the same keys in every life, and is deregistered while its deployment waits for it. */
async function loseHost(): Promise<Record<string, unknown>> {
  const name = 'h3';
  const [known] = await kernel.database.read.query<{ deregistered_at: number | null }>(
    "select deregistered_at from codedeploy_instances where name = 'h3'",
  );
  if (!known || known.deregistered_at === null) {
    if (!known) {
      const { token } = await call('pipewright', 'CreateJoinToken', { name });
      await call('pipewright', 'JoinHost', { name, token, key: 'k'.repeat(43) });
    }
    const turn = { key: 'k'.repeat(43), nextKey: 'n'.repeat(43) };
    const session = await call('pipewright', 'RenewHostCredential', turn);
    if (session['name'] !== name) throw new Error('the session is for another host');
    await call('codedeploy', 'AddTagsToOnPremisesInstances', {
      instanceNames: [name],
      tags: [{ Key: 'Edge', Value: '1' }],
    });
  }
  const deploymentId = await deploy('gone', '3', 'edge');
  for (;;) {
    const change = kernel.changes.next(() => true, AbortSignal.timeout(100));
    const { deploymentInfo } = await call('codedeploy', 'GetDeployment', { deploymentId });
    if ((deploymentInfo as { status: string }).status !== 'Created') break;
    await change;
  }
  await call('codedeploy', 'DeregisterOnPremisesInstance', { instanceName: name });
  return carryOut(deploymentId);
}

async function report(name: string, epoch: number, command: HostCommand): Promise<void> {
  const fails = name === 'h2' && command.bundle.key === 'bad';
  const event = command.lifecycleEvents.at(-1);
  const status = fails ? 'Failed' : 'Succeeded';
  const all = [
    { sequence: 1, kind: 'EventStarted', at: new Date(), event },
    { sequence: 2, kind: 'EventEnded', at: new Date(), event, status },
    { sequence: 3, kind: 'CommandEnded', at: new Date(), status },
  ];
  for (const one of all.slice(command.lastSequence)) {
    const { commandId } = command;
    await call('pipewright', 'ReportHostCommand', { name, epoch, commandId, reports: [one] });
  }
}

/** The pipeline that waits: it counts the answers it gets. */
const waiter: AggregateType<{ readonly n: number }> = {
  kind: 'none',
  version: 1,
  decide: (state) => ({ state: { n: (state?.n ?? 0) + 1 } }),
};
kernel.transitions.register(waiter as AggregateType);
const brief = ({ status, deploymentOverview, creator }: Record<string, unknown>) => ({
  status,
  deploymentOverview,
  creator,
});

async function rollBack(): Promise<object> {
  const good = await carryOut(await deploy('good', '1'));
  const bad = await carryOut(await deploy('bad', '2'));
  const { rollbackDeploymentId } = bad['rollbackInfo'] as { rollbackDeploymentId: string };
  const back = await carryOut(rollbackDeploymentId);
  return { good: brief(good), bad: brief(bad), back: brief(back) };
}

const outcome = scenario === 'rollback' ? await rollBack() : { gone: brief(await loseHost()) };
const { deployments } = await call('codedeploy', 'ListDeployments', {});
const replies = (await kernel.transitions.load<{ n: number }>(TEST_SCOPE, { kind: 'none', id: 'none' }))?.n;
const watches = await kernel.database.read.query("select id from tasks where kind = 'codedeploy.watch'");
await kernel.close();
clearInterval(alive);
console.log(
  JSON.stringify({
    ...outcome,
    deployments: (deployments as string[]).length,
    replies,
    watches: watches.length,
  }),
);
