import { describe, expect, test } from 'vitest';
import type { Life } from './lives.ts';
import type { Outcome } from './outcome.ts';
import { openPlace, type Place } from './place.ts';
import { passedAgain } from './recovery.ts';

/**
 * Which life comes by a place how often is partly chance (reports are committed in batches): so many lives are tried.
 * That each of them comes by less often than the one before must be out of the question.
 */
const TRIES = 12;

/**
 * Kills a server at every failpoint that a whole run comes by, starts it again and compares how it ends. Then the same
 * with the second life killed as well, at a failpoint that it passed while it made good what the first left undone: on
 * SQLite once behind each failpoint, on both databases at least once at each that any second life passes so. More pairs
 * would take hours.
 */
export async function walkFailpoints(dialect: 'sqlite' | 'postgres'): Promise<void> {
  const { outcome: expected, hits } = await undisturbed(dialect);
  const counts = new Map<string, number>();
  for (const name of hits) counts.set(name, (counts.get(name) ?? 0) + 1);
  const names = [...counts.keys()];
  const repeated = names.filter((name) => (counts.get(name) as number) > 1);

  describe(`a server on ${dialect}, killed at a failpoint and started again`, () => {
    test('has failpoints in every room of the way', () => {
      const rooms = [
        'codecommit',
        'codepipeline',
        'codebuild',
        'codedeploy',
        's3',
        'blobs',
        'outbox',
        'task',
      ];
      for (const room of rooms)
        expect(names.filter((name) => name.startsWith(room)).length).toBeGreaterThan(0);
      expect(names).toContain('codebuild.build:run-ended:after-commit');
      expect(names).toContain('codedeploy.target:report:before-commit');
      expect(expected).toMatchObject({
        executions: ['Failed CreatePipeline', 'Succeeded PollForSourceChanges'],
        left: { outbox: [], runs: [], work: [], plans: [], temporary: [] },
      });
    });

    const killedAgain = new Map<string, number>();
    const times = (name: string) => killedAgain.get(name) ?? 0;

    test.each(names)('at the first %s, and again while it recovers', async (name) => {
      const recovery: string[] = [];
      {
        await using place = await openPlace(dialect);
        const killed = await place.live(name);
        expect(killed.signal, killed.err).toBe('SIGKILL');
        const second = await place.live();
        expectOutcome(expected, second, place);
        recovery.push(
          ...passedAgain(killed.hits, second.hits, names).toSorted((a, b) => times(a) - times(b)),
        );
      }
      const chosen = recovery.filter((again, n) => times(again) === 0 || (n === 0 && dialect === 'sqlite'));
      for (const again of chosen) {
        await using place = await openPlace(dialect);
        expect((await place.live(name)).signal).toBe('SIGKILL');
        const second = await place.live(again);
        if (second.signal !== 'SIGKILL') {
          // The order of what runs at once is a matter of luck: this life had no need to come by.
          expectOutcome(expected, second, place);
          continue;
        }
        killedAgain.set(again, times(again) + 1);
        await endsAs(expected, place, `after ${name}, then ${again}: `);
      }
    });

    // A commit that was made is not made again: the git room's recovery is walked with real pushes (A1.12).
    test('was killed while it recovered at the steps of every other room', () => {
      for (const part of ['codepipeline.', 'codebuild.', 'codedeploy.', 'task:', 'outbox:', 's3.']) {
        expect([part, [...killedAgain.keys()].some((name) => name.startsWith(part))]).toEqual([part, true]);
      }
    });

    test.each(repeated)('at the last %s', async (name) => {
      let hit = counts.get(name) as number;
      for (let n = 0; n < TRIES; n++) {
        await using place = await openPlace(dialect);
        const life = await place.live(`${name}#${hit}`);
        if (life.signal === 'SIGKILL') return void (await endsAs(expected, place));
        expectOutcome(expected, life, place);
        hit = life.hits.filter((each) => each === name).length;
      }
      expect.unreachable(`none of ${TRIES} lives came by ${name} as often as the one before`);
    });
  });
}

async function undisturbed(dialect: 'sqlite' | 'postgres') {
  await using place = await openPlace(dialect);
  const life = await place.live();
  if (life.code !== 0) throw new Error(`the undisturbed life ended ${life.signal ?? life.code}: ${life.err}`);
  const outcome = JSON.parse(life.out) as Outcome;
  expectOutcome(outcome, life, place);
  return { outcome, hits: life.hits };
}

async function endsAs(expected: Outcome, place: Place, when = ''): Promise<void> {
  expectOutcome(expected, await place.live(), place, when);
}

function expectOutcome(expected: Outcome, life: Life, place: Place, when = ''): void {
  const why = when + life.err;
  expect({ code: life.code, signal: life.signal }, why).toEqual({ code: 0, signal: null });
  expect(JSON.parse(life.out), why).toEqual(expected);
  expect(expected.objectsToldTwice).toBe(0);
  // A user's commands and hooks ran, each exactly once: their lines name the build or deployment.
  const { build, hooks } = place.effects();
  expect(build.map((line) => line.split(' ')[1])).toEqual(['pre_build', 'build']);
  expect(new Set(build.map((line) => line.split(' ')[0])).size).toBe(1);
  expect(hooks.map((line) => line.split(' ')[1])).toEqual([
    'BeforeInstall',
    'AfterInstall',
    'ApplicationStart',
    'ValidateService',
  ]);
  expect(new Set(hooks.map((line) => line.split(' ')[0])).size).toBe(1);
}
