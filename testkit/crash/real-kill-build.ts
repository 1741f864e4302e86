import { describe, expect, test } from 'vitest';
import { names } from '../../src/cli/demo/names.ts';
import type { Dialect } from '../../src/kernel/database/port.ts';
import { until } from './real-process.ts';
import { follow, getBuild, heldBuild, phase, retryStage } from './real-story.ts';
import { openRealWorld, type RealWorld } from './real-world.ts';

export function killBuilds(dialect: Dialect): void {
  describe(`kill -9 of what carries a build, beside a real server on ${dialect}`, () => {
    test('of its own process: FAILED with the signal; it runs again only when it is asked to', async () => {
      await using world = await openRealWorld(dialect);
      world.hold('build');
      await world.push();
      const { id, processes } = await heldBuild(world);
      process.kill(processes[0] as number, 'SIGKILL');
      expect(await follow(world)).toEqual(['Failed', 'Failed']);
      const build = await getBuild(world, id);
      expect(build.buildStatus).toBe('FAILED');
      expect(phase(build, 'BUILD')).toMatchObject({
        phaseStatus: 'FAILED',
        contexts: [{ message: 'The build was killed by SIGKILL' }],
      });
      await onlyAgainWhenAsked(world);
    });

    test.each(['is there', 'is away'])(
      'of its runner while the server %s: FAULT with the cause',
      async (when) => {
        await using world = await openRealWorld(dialect);
        world.hold('build');
        await world.push();
        const { id, runners, processes } = await heldBuild(world);
        if (when === 'is away') await world.server().kill('SIGKILL');
        process.kill(runners[0] as number, 'SIGKILL');
        if (when === 'is away') {
          await until(
            'the runner to be gone',
            () => !world.processes().some(({ pid }) => pid === runners[0]),
          );
          await world.startServer();
        }
        expect(await follow(world)).toEqual(['Failed', 'Failed']);
        const build = await getBuild(world, id);
        expect(build.buildStatus).toBe('FAULT');
        expect(phase(build, 'BUILD')?.contexts?.[0]).toMatchObject({
          statusCode: 'INTERNAL_ERROR',
          message: expect.stringMatching(/runner/),
        });
        expect(world.processes().map(({ pid }) => pid)).not.toContain(processes[0]);
        await onlyAgainWhenAsked(world);
      },
    );
  });
}

async function onlyAgainWhenAsked(world: RealWorld): Promise<void> {
  await world.settle();
  expect(world.effects('build build')).toHaveLength(1);
  expect(world.effects('hook')).toEqual([]);
  world.release('build');
  expect(await retryStage(world, names.stages.build)).toEqual(['Failed', 'Succeeded']);
  expect(world.effects('build build')).toHaveLength(2);
  expect(await world.faults()).toEqual([]);
}
