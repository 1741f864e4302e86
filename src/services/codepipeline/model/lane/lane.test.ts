import { expect, test } from 'vitest';
import { World, type WorldStage } from '../../../../../testkit/codepipeline/world.ts';

const type = { category: 'Build', owner: 'AWS', provider: 'CodeBuild', version: '1' };
const stages = ['Source', 'Scan', 'Deploy'].map(
  (name): WorldStage => ({ name, plan: { actions: [{ name: 'Do', runOrder: 1, type, timeoutMs: 1000 }] } }),
);

function succeed(world: World, id: string): void {
  const [next] = world.running(id);
  world.answer(id, next?.action.id ?? '', 'succeeded');
}

test.each([
  ['is inside', 0],
  ['has left', 1],
])('an older execution gives way when it arrives after a newer one that %s (B3.1)', (_, more) => {
  const world = new World(stages, 'SUPERSEDED');
  const older = world.start();
  succeed(world, older);
  // The pipeline was edited: its newer version has no stage in which the older execution still is.
  const newer = world.start('SUPERSEDED', 'Scan');
  succeed(world, newer);
  expect(world.inside('Deploy')).toEqual([newer]);
  if (more > 0) succeed(world, newer);
  succeed(world, older);
  expect(world.execution(older)).toMatchObject({ status: 'Superseded', supersededBy: newer });
  expect(world.entered.filter((entry) => entry.stage === 'Deploy')).toHaveLength(1);
});

test('a pipeline that is deleted lets nobody in any more, also who was being called (B3.2)', () => {
  const world = new World(stages, 'QUEUED');
  const [first, second] = [world.start(), world.start()];
  succeed(world, first);
  // Somebody looks who has waited longest; the answer comes too late.
  world.delete();
  world.performAll();
  expect(world.execution(second)).toMatchObject({ status: 'InProgress', phase: 'waiting' });
  for (const id of [first, second]) world.tell(id, { kind: 'cancel' });
  expect(world.running()).toEqual([]);
  expect(world.stopped).toHaveLength(1);
});
