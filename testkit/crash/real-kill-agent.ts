import { describe, expect, test } from 'vitest';
import { names } from '../../src/cli/demo/names.ts';
import type { Dialect } from '../../src/kernel/database/port.ts';
import { until } from './real-process.ts';
import { deployedPage, executions, follow, followTo, hostTargets, retryStage } from './real-story.ts';
import { openRealWorld, type RealWorld } from './real-world.ts';

const RESTARTED = 'The agent was restarted while hook.sh ran; a script is never run a second time.';

export function killAgents(dialect: Dialect): void {
  describe(`kill -9 of a real agent beside a server on ${dialect}`, () => {
    test('in a hook: its event fails, the script does not run again, the next deployment works', async () => {
      await using world = await openRealWorld(dialect);
      await inHook(world, async () => {
        await world.agent().kill('SIGKILL');
        expect((await executions(world)).at(-1)).toBe('InProgress');
        await world.startAgent();
      });
      expect(await follow(world)).toEqual(['Failed', 'Failed']);
      await failedInHook(world, RESTARTED);
    });

    test.each(['server', 'agent'])('and of the server at once; the %s is back first', async (first) => {
      await using world = await openRealWorld(dialect);
      await inHook(world, async () => {
        await Promise.all([world.server().kill('SIGKILL'), world.agent().kill('SIGKILL')]);
      });
      if (first === 'server') {
        await world.startServer();
        await world.startAgent();
      } else {
        // It asks again and again until there is a server, and says that it has registered then.
        const agent = world.startAgent();
        await world.startServer();
        await agent;
      }
      expect(await follow(world)).toEqual(['Failed', 'Failed']);
      await failedInHook(world, RESTARTED);
    });

    test('that never comes back: the deployment fails, it does not hang', async () => {
      await using world = await openRealWorld(dialect, { testClock: true });
      await inHook(world, async () => {
        await until('the server to know that the hook runs', async () => {
          const event = (await hostTargets(world))[0]?.lifecycleEvents?.[4];
          return event?.status === 'InProgress';
        });
        await world.agent().kill('SIGKILL');
      });
      await until('the host to be given up', async () => {
        world.advance(30_000);
        return (await executions(world)).at(-1) !== 'InProgress';
      });
      expect(await executions(world)).toEqual(['Failed', 'Failed']);
      await world.startAgent();
      await failedInHook(world, /was not heard of/);
    });
  });
}

/** Follows a push until AfterInstall is held, does something, and lets go of it. */
async function inHook(world: RealWorld, work: () => Promise<void>): Promise<void> {
  world.hold('AfterInstall');
  expect((await world.push()).code).toBe(0);
  await followTo(world, 'hook AfterInstall');
  await work();
  world.release('AfterInstall');
}

async function failedInHook(world: RealWorld, why: string | RegExp): Promise<void> {
  const events = (await hostTargets(world))[0]?.lifecycleEvents ?? [];
  expect(events.map((event) => `${event.lifecycleEventName} ${event.status}`)).toEqual([
    'ApplicationStop Skipped',
    'DownloadBundle Succeeded',
    'BeforeInstall Succeeded',
    'Install Succeeded',
    'AfterInstall Failed',
    'ApplicationStart Skipped',
    'ValidateService Skipped',
  ]);
  expect(events[4]?.diagnostics?.message).toMatch(why);
  expect(world.effects('hook AfterInstall')).toHaveLength(1);
  expect(world.effects('hook ApplicationStart')).toEqual([]);
  expect(await retryStage(world, names.stages.deploy)).toEqual(['Failed', 'Succeeded']);
  expect((await hostTargets(world)).map((target) => target.status)).toEqual(['Failed', 'Succeeded']);
  expect(deployedPage(world)).toBe('hello\n');
  for (const hook of ['BeforeInstall', 'AfterInstall']) {
    expect(world.effects(`hook ${hook}`)).toHaveLength(2);
  }
  expect(await world.faults()).toEqual([]);
}
