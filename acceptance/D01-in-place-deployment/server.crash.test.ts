import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Dialect } from '../../src/kernel/database/port.ts';
import { openLives } from '../../testkit/crash/lives.ts';

const CHILD = join(import.meta.dirname, 'crash-child.ts');

const overview = (counts: object) => ({
  Pending: 0,
  InProgress: 0,
  Succeeded: 0,
  Failed: 0,
  Skipped: 0,
  Ready: 0,
  ...counts,
});
const ROLLED_BACK = {
  good: { status: 'Succeeded', deploymentOverview: overview({ Succeeded: 2 }), creator: 'user' },
  bad: { status: 'Failed', deploymentOverview: overview({ Succeeded: 1, Failed: 1 }), creator: 'user' },
  back: {
    status: 'Succeeded',
    deploymentOverview: overview({ Succeeded: 2 }),
    creator: 'codeDeployRollback',
  },
  deployments: 3,
  replies: 2,
  watches: 0,
};

const LOST = {
  gone: { status: 'Failed', deploymentOverview: overview({ Failed: 1 }), creator: 'user' },
  deployments: 1,
  replies: 1,
  watches: 0,
};

/** Kills a life at one failpoint, and lets the next one go on from there. */
async function surviveAt(dialect: Dialect, scenario: string, point: string, expected: object): Promise<void> {
  await using place = await openLives(dialect, CHILD, () => ({ scenario }));
  const killed = await place.live(point);
  if (killed.signal === null) {
    // Which task comes when is not always the same: then this life met the point less often.
    expect(JSON.parse(killed.out), point).toEqual(expected);
    return;
  }
  expect(killed.signal, point).toBe('SIGKILL');
  const second = await place.live();
  expect(second.code, second.err).toBe(0);
  expect(JSON.parse(second.out), point).toEqual(expected);
}

/** The room's failpoints that an undisturbed life meets, with how often. */
async function pointsOf(dialect: Dialect, scenario: string, expected: object): Promise<Map<string, number>> {
  await using place = await openLives(dialect, CHILD, () => ({ scenario }));
  const life = await place.live();
  expect(life.code, life.err).toBe(0);
  expect(JSON.parse(life.out)).toEqual(expected);
  const points = new Map<string, number>();
  for (const name of life.hits) {
    if (!name.startsWith('codedeploy.') && !name.startsWith('task')) continue;
    points.set(name, (points.get(name) ?? 0) + 1);
  }
  return points;
}

describe.each(['sqlite', 'postgres'] as const)('on %s', (dialect) => {
  test('a deployment and its rollback: kill -9 at every failpoint ends in the same state after a restart', async () => {
    const points = await pointsOf(dialect, 'rollback', ROLLED_BACK);
    expect(points.size).toBeGreaterThan(10);
    for (const [name, hits] of points) {
      // The first hit and the last one: the deployment and its rollback.
      for (const hit of new Set([1, hits]))
        await surviveAt(dialect, 'rollback', `${name}#${hit}`, ROLLED_BACK);
    }
  });

  test('a host that joined and is deregistered under way: kill -9 at every failpoint likewise', async () => {
    const points = await pointsOf(dialect, 'lost host', LOST);
    expect([...points.keys()]).toContain('codedeploy.target:agent-lost:before-commit');
    for (const name of points.keys()) await surviveAt(dialect, 'lost host', `${name}#1`, LOST);
  });
});
