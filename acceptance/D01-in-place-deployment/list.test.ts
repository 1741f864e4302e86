import {
  BatchGetDeploymentsCommand,
  CreateDeploymentCommand,
  ListDeploymentsCommand,
} from '@aws-sdk/client-codedeploy';
import { expect, test } from 'vitest';
import { bundle, openWorld } from './world.ts';

test('deployments are listed in pages, newest first, each once', async () => {
  await using world = await openWorld();
  const send = world.codedeploy.send.bind(world.codedeploy);
  await world.group({
    deploymentGroupName: 'nobody',
    onPremisesInstanceTagFilters: [{ Key: 'Name', Value: 'nobody', Type: 'KEY_AND_VALUE' }],
  });
  const revision = await world.revision(bundle({}));
  const base = { applicationName: 'app', deploymentGroupName: 'nobody' };
  const made: (string | undefined)[] = [];
  for (let n = 0; n < 102; n++) {
    made.push((await send(new CreateDeploymentCommand({ ...base, revision }))).deploymentId);
    if (n % 2 === 0) world.clock.advance(1);
  }
  const one = await send(new ListDeploymentsCommand(base));
  const two = await send(new ListDeploymentsCommand({ ...base, nextToken: one.nextToken }));
  expect([one.deployments?.length, two.deployments?.length, two.nextToken]).toEqual([100, 2, undefined]);
  const all = [...(one.deployments ?? []), ...(two.deployments ?? [])];
  expect(all.toSorted()).toEqual(made.toSorted());
  const times: number[] = [];
  for (let n = 0; n < all.length; n += 25) {
    const deploymentIds = all.slice(n, n + 25);
    const { deploymentsInfo = [] } = await send(new BatchGetDeploymentsCommand({ deploymentIds }));
    for (const id of deploymentIds) {
      times.push(deploymentsInfo.find((info) => info.deploymentId === id)?.createTime?.getTime() ?? 0);
    }
  }
  expect(times).toEqual(times.toSorted((a, b) => b - a));
  await expect(
    send(new BatchGetDeploymentsCommand({ deploymentIds: all.slice(0, 26) })),
  ).rejects.toMatchObject({ name: 'BatchLimitExceededException' });
});
