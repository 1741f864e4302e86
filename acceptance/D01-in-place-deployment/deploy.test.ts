import { afterEach, beforeEach, expect, test } from 'vitest';
import { bundle, openWorld, read, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world[Symbol.asyncDispose]());

const NOTE = 'echo "$LIFECYCLE_EVENT" >> "$PIPEWRIGHT_ROOT/events"';

test('D1-S1: hosts that match get the files, hooks run once in order, others are untouched', async () => {
  const [d1, d2, d3] = [world.host('d1'), world.host('d2'), world.host('d3', { Name: 'Lab' })];
  await world.until(
    async () =>
      (await world.kernel.database.read.query('select name from codedeploy_instances')).length === 3,
  );
  await world.group();
  const id = await world.deploy(
    bundle({
      ApplicationStop: NOTE,
      BeforeInstall: NOTE,
      AfterInstall: NOTE,
      ApplicationStart: NOTE,
      ValidateService: NOTE,
    }),
  );
  const info = await world.ended(id);
  expect(info).toMatchObject({
    status: 'Succeeded',
    creator: 'user',
    deploymentConfigName: 'CodeDeployDefault.OneAtATime',
    deploymentOverview: { Succeeded: 2, Failed: 0, Pending: 0, InProgress: 0, Skipped: 0 },
  });
  for (const host of [d1, d2]) {
    expect(read(host, 'srv/app/index.html')).toBe('hello');
    // The first deployment has no earlier revision whose ApplicationStop could run (D1.12).
    expect(read(host, 'events')).toBe('BeforeInstall\nAfterInstall\nApplicationStart\nValidateService\n');
  }
  expect(read(d3, 'srv/app/index.html')).toBeUndefined();
  const target = await world.target(id, 'd1');
  expect(target.status).toBe('Succeeded');
  expect(target.lifecycleEvents?.map((event) => `${event.lifecycleEventName} ${event.status}`)).toEqual([
    'ApplicationStop Skipped',
    'DownloadBundle Succeeded',
    'BeforeInstall Succeeded',
    'Install Succeeded',
    'AfterInstall Succeeded',
    'ApplicationStart Succeeded',
    'ValidateService Succeeded',
  ]);
  expect(target.lifecycleEvents?.every((event) => event.endTime && event.startTime)).toBe(true);
});
