import { ListDeploymentsCommand, StopDeploymentCommand } from '@aws-sdk/client-codedeploy';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bundle, type Host, openWorld, read, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world[Symbol.asyncDispose]());

async function hosts(...names: string[]): Promise<Host[]> {
  const started = names.map((name) => world.host(name));
  await world.until(
    async () =>
      (await world.kernel.database.read.query('select name from codedeploy_instances')).length ===
      names.length,
  );
  return started;
}

const version = (name: string, hooks: Parameters<typeof bundle>[0] = {}) =>
  bundle(hooks, { 'web/version': name, [`web/only-in-${name}`]: 'x' });
const BROKEN = { ValidateService: 'exit 3' };
const on = (event: 'DEPLOYMENT_FAILURE' | 'DEPLOYMENT_STOP_ON_REQUEST') => ({
  autoRollbackConfiguration: { enabled: true, events: [event] },
});
const versions = (all: readonly Host[]) => all.map((host) => read(host, 'srv/app/version'));

/** `<deployment or instance> <STATE>` of one deployment, in the order in which the bus was told, once it all was. */
async function said(deploymentId: string): Promise<string[]> {
  const states = () =>
    world.events
      .map((event) => event.detail as { deploymentId?: string; instanceId?: string; state?: string })
      .filter((detail) => detail.deploymentId === deploymentId)
      .map((detail) => `${detail.instanceId ?? 'deployment'} ${detail.state}`);
  await world.until(() => /^deployment (?:SUCCESS|FAILURE|STOP)$/.test(states().at(-1) ?? ''));
  return states();
}

test('D1.20: failures in a row go back to the last revision that was good, whatever was tried between', async () => {
  const all = await hosts('d1', 'd2');
  await world.group(on('DEPLOYMENT_FAILURE'));
  const first = await world.deploy(version('v1'));
  const good = await world.ended(first);
  expect(good.status).toBe('Succeeded');

  const second = await world.ended(await world.deploy(version('v2', BROKEN)));
  const back = await world.ended(second.rollbackInfo?.rollbackDeploymentId as string);
  expect(back).toMatchObject({ status: 'Succeeded', revision: good.revision });
  expect(versions(all)).toEqual(['v1', 'v1']);

  // A deployment may do without the group's rollback: its failure stays where it is.
  const third = await world.ended(
    await world.deploy(version('v3', BROKEN), { autoRollbackConfiguration: { enabled: false } }),
  );
  expect(third.rollbackInfo?.rollbackDeploymentId).toBeUndefined();
  expect(versions(all)).toEqual(['v3', 'v1']);

  const fourth = await world.ended(await world.deploy(version('v4', BROKEN)));
  const again = await world.ended(fourth.rollbackInfo?.rollbackDeploymentId as string);
  expect(again).toMatchObject({
    status: 'Succeeded',
    creator: 'codeDeployRollback',
    revision: good.revision,
    rollbackInfo: { rollbackTriggeringDeploymentId: fourth.deploymentId },
  });
  expect(fourth.rollbackInfo?.rollbackMessage).toContain(`the revision of ${back.deploymentId}`);
  expect(versions(all)).toEqual(['v1', 'v1']);
  for (const name of ['v2', 'v3', 'v4']) {
    expect(all.map((host) => read(host, `srv/app/only-in-${name}`))).toEqual([undefined, undefined]);
  }
  const { deployments } = await world.codedeploy.send(new ListDeploymentsCommand({}));
  expect(deployments).toHaveLength(6);
});

test('D1.20, D1.22: a stop rolls back as the group says when it does not say itself; the bus is told all of it', async () => {
  const all = await hosts('d1', 'd2');
  await world.group(on('DEPLOYMENT_STOP_ON_REQUEST'));
  const oneHost = (name: string) => [`${name} START`, `${name} SUCCESS`];
  const allWell = ['deployment START', ...oneHost('d1'), ...oneHost('d2'), 'deployment SUCCESS'];
  const first = await world.deploy(version('v1'));
  await world.ended(first);
  expect(await said(first)).toEqual(allWell);
  const hold = { AfterInstall: 'touch "$PIPEWRIGHT_ROOT/held"\nsleep 1000' };
  const stopped = async (autoRollbackEnabled?: boolean) => {
    const id = await world.deploy(version('v2', hold));
    await world.until(() => read(all[0] as Host, 'held') !== undefined);
    await world.codedeploy.send(new StopDeploymentCommand({ deploymentId: id, autoRollbackEnabled }));
    world.remove('d1', 'held');
    return world.ended(id);
  };
  const kept = await stopped(false);
  expect(kept).toMatchObject({ status: 'Stopped', deploymentOverview: { Failed: 1, Skipped: 1 } });
  expect(kept.rollbackInfo?.rollbackDeploymentId).toBeUndefined();
  expect(versions(all)).toEqual(['v2', 'v1']);
  expect(await said(kept.deploymentId as string)).toEqual([
    'deployment START',
    'd1 START',
    'd1 FAILURE',
    'deployment STOP',
  ]);
  const gone = await stopped();
  const back = gone.rollbackInfo?.rollbackDeploymentId as string;
  expect((await world.ended(back)).status).toBe('Succeeded');
  expect(versions(all)).toEqual(['v1', 'v1']);
  expect(await said(back)).toEqual(allWell);
  // A failure is another thing than a stop: this group keeps it.
  const failed = await world.ended(await world.deploy(version('v3', BROKEN)));
  expect(failed).toMatchObject({ status: 'Failed' });
  expect(failed.rollbackInfo?.rollbackDeploymentId).toBeUndefined();
});

test('D1.8: files that are there already: refused, replaced or kept, as deployment or appspec say', async () => {
  const [d1] = (await hosts('d1')) as [Host];
  await world.group();
  world.put('d1', 'srv/app/version', 'mine');
  const spec = (behavior: string) =>
    bundle(
      {},
      { 'web/version': 'new' },
      `file_exists_behavior: ${behavior}\nfiles:\n  - {source: /web, destination: /srv/app}\n`,
    );
  const files = version('new');
  const refused = await world.ended(await world.deploy(files));
  expect(refused).toMatchObject({ status: 'Failed', fileExistsBehavior: 'DISALLOW' });
  expect(refused.errorInformation?.message).toContain(
    'd1: Install: A file already exists at /srv/app/version; file_exists_behavior is DISALLOW',
  );
  expect([read(d1, 'srv/app/version'), read(d1, 'srv/app/index.html')]).toEqual(['mine', undefined]);
  const kept = await world.ended(await world.deploy(files, { fileExistsBehavior: 'RETAIN' }));
  expect(kept).toMatchObject({ status: 'Succeeded', fileExistsBehavior: 'RETAIN' });
  expect([read(d1, 'srv/app/version'), read(d1, 'srv/app/index.html')]).toEqual(['mine', 'hello']);
  // The appspec beats the deployment.
  const loud = await world.ended(await world.deploy(spec('DISALLOW'), { fileExistsBehavior: 'OVERWRITE' }));
  expect(loud.status).toBe('Failed');
  expect(read(d1, 'srv/app/version')).toBe('mine');
  const replaced = await world.ended(await world.deploy(spec('OVERWRITE')));
  expect(replaced.status).toBe('Succeeded');
  expect(read(d1, 'srv/app/version')).toBe('new');
});
