import {
  DeregisterOnPremisesInstanceCommand,
  ListDeploymentsCommand,
  UpdateDeploymentGroupCommand,
} from '@aws-sdk/client-codedeploy';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTimeOf } from '../../src/agent/state/processes.ts';
import { bundle, expectSilence, type Host, openWorld, read, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world[Symbol.asyncDispose]());

async function hosts(
  names: readonly string[],
  tags?: (name: string) => Record<string, string>,
): Promise<Host[]> {
  const started = names.map((name) => world.host(name, tags?.(name)));
  await registered(names.length);
  return started;
}

async function registered(count: number): Promise<void> {
  await world.until(
    async () =>
      (await world.kernel.database.read.query('select name from codedeploy_instances')).length === count,
  );
}

const watches = () =>
  world.kernel.database.read.query<{ task_key: string }>(
    "select task_key from tasks where kind = 'codedeploy.watch'",
  );
const HOLD = 'touch "$PIPEWRIGHT_ROOT/there"\nwhile test ! -e "$PIPEWRIGHT_ROOT/go"; do sleep 0.1; done';
const ALL_AT_ONCE = { deploymentConfigName: 'CodeDeployDefault.AllAtOnce' };

test('nobody looks after the agent of a target that has ended', async () => {
  const [d1] = await hosts(['d1']);
  await world.group();
  const id = await world.deploy(bundle({ AfterInstall: HOLD }));
  await world.until(() => read(d1 as Host, 'there') !== undefined);
  expect((await watches()).map((row) => row.task_key)).toEqual([`codedeploy.watch:${id}/d1`]);
  world.put('d1', 'go', '');
  expect((await world.ended(id)).status).toBe('Succeeded');
  expect(await watches()).toEqual([]);
});

test('a host that is deregistered during a deployment fails at once, under way or not yet begun', async () => {
  const [d1] = await hosts(['d1', 'd2', 'd3']);
  await world.config('two-at-a-time', { type: 'HOST_COUNT', value: 1 });
  await world.group({ deploymentConfigName: 'two-at-a-time' });
  const id = await world.deploy(bundle({ AfterInstall: HOLD }));
  await world.until(() => read(d1 as Host, 'there') !== undefined);
  await world.until(async () => {
    const { lifecycleEvents = [] } = await world.target(id, 'd1');
    return lifecycleEvents.some((event) => event.lifecycleEventName === 'AfterInstall' && event.startTime);
  });
  for (const instanceName of ['d1', 'd3']) {
    await world.codedeploy.send(new DeregisterOnPremisesInstanceCommand({ instanceName }));
  }
  world.put('d2', 'go', '');
  const info = await world.ended(id);
  expect(info).toMatchObject({ status: 'Succeeded', deploymentOverview: { Succeeded: 1, Failed: 2 } });
  const { lifecycleEvents = [] } = await world.target(id, 'd1');
  expect(lifecycleEvents.find((event) => event.status === 'Failed')).toMatchObject({
    lifecycleEventName: 'AfterInstall',
    diagnostics: { message: 'The instance d1 was deregistered.' },
  });
  expect((await world.target(id, 'd3')).lifecycleEvents?.[0]).toMatchObject({
    status: 'Failed',
    diagnostics: { message: 'The instance d3 was deregistered.' },
  });
  await expect((d1 as Host).stopped).rejects.toMatchObject({ code: 'HostNotRegisteredException' });
});

test('an agent that is killed in a hook and does not come back is lost after five minutes, and that is where it shows', async () => {
  const begun = world.clock.now();
  const first = world.hostProcess('d1');
  await registered(1);
  await world.group();
  const id = await world.deploy(bundle({ AfterInstall: 'echo $$ > "$PIPEWRIGHT_ROOT/hook"\nsleep 1000' }));
  const event = async () => (await world.target(id, 'd1')).lifecycleEvents?.[4];
  await world.until(
    async () => /\d+\n/.test(read(first, 'hook') ?? '') && (await event())?.startTime !== undefined,
  );
  first.process.kill('SIGKILL');
  await new Promise((resolve) => first.process.once('exit', resolve));
  world.clock.advance(4 * 60_000);
  await world.kernel.tasks.idle();
  expect((await world.info(id)).status).toBe('InProgress');
  for (const ms of [41_000, 21_000]) {
    world.clock.advance(ms);
    await world.kernel.tasks.idle();
  }
  const info = await world.ended(id);
  const message = expect.stringMatching(/^The agent of d1 was not heard of for \d+ s\.$/);
  expect(await event()).toMatchObject({
    lifecycleEventName: 'AfterInstall',
    status: 'Failed',
    diagnostics: { errorCode: 'UnknownError', message },
  });
  expect(info.errorInformation?.message).toContain('d1: AfterInstall: The agent of d1 was not heard of');
  expectSilence(info.errorInformation?.message, world.clock.now() - begun);
  expect(await watches()).toEqual([]);
  // It comes back: what its predecessor left running is ended, and the host takes deployments again.
  world.host('d1');
  expect((await world.ended(await world.deploy(bundle({})))).status).toBe('Succeeded');
  expect(startTimeOf(Number(read(first, 'hook')))).toBeUndefined();
});

test('D1.19: AllAtOnce forgives a failed host, unless the group requires all', async () => {
  await hosts(['d1', 'd2']);
  const files = bundle({ ValidateService: 'test "$PIPEWRIGHT_HOST" = d1' });
  await world.group(ALL_AT_ONCE);
  const forgiven = await world.ended(await world.deploy(files));
  expect(forgiven).toMatchObject({ status: 'Succeeded', deploymentOverview: { Succeeded: 1, Failed: 1 } });
  expect(forgiven.deploymentStatusMessages).toEqual(['Succeeded with 1 failed: d2.']);
  await world.group({
    ...ALL_AT_ONCE,
    deploymentGroupName: 'strict',
    tags: [{ Key: 'pipewright:requireAll', Value: 'true' }],
  });
  const settings = { deploymentGroupName: 'strict', fileExistsBehavior: 'OVERWRITE' } as const;
  const strict = await world.ended(await world.deploy(files, settings));
  expect(strict).toMatchObject({
    status: 'Failed',
    deploymentOverview: { Succeeded: 1, Failed: 1 },
    errorInformation: { code: 'HEALTH_CONSTRAINTS', message: expect.stringContaining('d2: ValidateService') },
  });
});

test('D1.17: tag groups are joined by AND, the filters in one by OR, for both kinds of tags', async () => {
  const tags: Record<string, Record<string, string>> = {
    d1: { Tier: 'web', Stage: 'prod' },
    d2: { Tier: 'api', Stage: 'prod' },
    d3: { Tier: 'web', Stage: 'test' },
    d4: { Tier: 'db', Stage: 'prod' },
  };
  await hosts(Object.keys(tags), (name) => tags[name] as Record<string, string>);
  const filter = (Key: string, Value: string) => ({ Key, Value, Type: 'KEY_AND_VALUE' as const });
  const sets = [[filter('Tier', 'web'), filter('Tier', 'api')], [filter('Stage', 'prod')]];
  const deployed = async () => {
    const { deploymentOverview } = await world.ended(await world.deploy(bundle({}), ALL_AT_ONCE));
    return deploymentOverview?.Succeeded;
  };
  await world.group({
    onPremisesInstanceTagFilters: undefined,
    onPremisesTagSet: { onPremisesTagSetList: sets },
  });
  expect(await deployed()).toBe(2);
  const update = { applicationName: 'app', currentDeploymentGroupName: 'fleet' };
  await world.codedeploy.send(
    new UpdateDeploymentGroupCommand({
      ...update,
      onPremisesTagSet: { onPremisesTagSetList: [] },
      ec2TagSet: { ec2TagSetList: [[{ Key: 'Tier', Type: 'KEY_ONLY' }], [filter('Stage', 'prod')]] },
    }),
  );
  expect(await deployed()).toBe(3);
});

test.runIf(process.getuid?.() === 0)(
  'D1.14: an agent that is not root deploys as itself, and refuses runas and foreign owners clearly',
  async () => {
    const host = world.hostProcess('d1', undefined, 65_534);
    await registered(1);
    await world.group();
    const failure = async (files: Record<string, string>) => {
      const info = await world.ended(await world.deploy(files));
      const { lifecycleEvents = [] } = await world.target(info.deploymentId as string, 'd1');
      const failed = lifecycleEvents.find((event) => event.status === 'Failed');
      return failed && `${failed.lifecycleEventName}: ${failed.diagnostics?.message}`;
    };
    expect(await failure(bundle({ AfterInstall: 'id -u > "$PIPEWRIGHT_ROOT/who"' }))).toBeUndefined();
    expect(read(host, 'who')).toBe('65534\n');
    const runas = bundle({ BeforeInstall: 'true' });
    runas['appspec.yml'] = `${runas['appspec.yml']}      runas: root\n`;
    expect(await failure(runas)).toBe('BeforeInstall: runas root needs an agent that runs as root.');
    const owner =
      'files:\n  - {source: /web, destination: /srv/app}\npermissions:\n  - {object: /srv/app, owner: root}\n';
    expect(await failure(bundle({}, {}, owner))).toBe(
      'Install: The owner and group of /srv/app need an agent that runs as root.',
    );
  },
);

test('a host that appears during a deployment is not part of it and gets the revision right after (D1.6)', async () => {
  const [d1] = await hosts(['d1']);
  await world.group();
  const id = await world.deploy(
    bundle({ AfterInstall: 'test "$PIPEWRIGHT_HOST" != d1 || {\n' + HOLD + '\n}' }),
  );
  await world.until(() => read(d1 as Host, 'there') !== undefined);
  const late = world.host('d2');
  await registered(2);
  await world.kernel.tasks.idle();
  expect(read(late, 'srv/app/index.html')).toBeUndefined();
  world.put('d1', 'go', '');
  expect((await world.ended(id)).deploymentOverview).toMatchObject({ Succeeded: 1 });
  await world.until(() => read(late, 'srv/app/index.html') === 'hello');
  await world.until(async () => {
    const { deployments = [] } = await world.codedeploy.send(new ListDeploymentsCommand({}));
    const info = await world.ended(deployments[0] as string);
    return info.creator === 'CodeDeployAutoUpdate' && info.status === 'Succeeded';
  });
});

test.each([
  ['HOST_COUNT', 2, 'Succeeded', 3],
  ['HOST_COUNT', 3, 'Failed', 0],
  ['HOST_COUNT', 9, 'Failed', 0],
  ['FLEET_PERCENT', 67, 'Failed', 0],
  ['FLEET_PERCENT', 66, 'Succeeded', 3],
  ['FLEET_PERCENT', 0, 'Succeeded', 3],
] as const)('D1.18: of three hosts, %s %i must stay healthy: %s', async (type, value, status, succeeded) => {
  await hosts(['d1', 'd2', 'd3']);
  await world.config('mine', { type, value });
  await world.group({ deploymentConfigName: 'mine' });
  const info = await world.ended(await world.deploy(bundle({})));
  expect(info).toMatchObject({ status, deploymentOverview: { Succeeded: succeeded } });
  if (status === 'Failed') expect(info.errorInformation?.code).toBe('HEALTH_CONSTRAINTS_INVALID');
});
