import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { inPlace, live } from '../../../testkit/crash/lives.ts';

/** Two lives for each failpoint, on a machine that does other things too. */
const WALK_MS = 2_400_000;

const CHILD = join(import.meta.dirname, '../../../testkit/codepipeline/crash-child.ts');

describe.each(['sqlite', 'postgres'] as const)('killed at every failpoint on %s', (dialect) => {
  test(
    'nothing is lost and nothing is doubled',
    async () => {
      const { names, expected } = await inPlace(dialect, async (place) => {
        const record = join(place.dataDir, 'hits');
        const undisturbed = await live(CHILD, place, { PIPEWRIGHT_FAILPOINTS_RECORD: record });
        expect(undisturbed).toMatchObject({ signal: null });
        const hits = readFileSync(record, 'utf8').trim().split('\n');
        return { names: [...new Set(hits)], expected: JSON.parse(undisturbed.out) as unknown };
      });
      expect(names).toContain('codepipeline.execution:reply:before-commit');
      expect(names).toContain('task:codepipeline.start-action:done');
      expect(names).toContain('codepipeline.execution:waiting:before-commit');
      expect(names).toContain('task:codepipeline.next-turn:done');
      for (const name of names) {
        await inPlace(dialect, async (place) => {
          const killed = await live(CHILD, place, { PIPEWRIGHT_FAILPOINT: name });
          // Whether somebody has to wait at all is a matter of luck; everything else happens in every life.
          const signals = name.includes('pick') ? ['SIGKILL', null] : ['SIGKILL'];
          expect(signals, `${name} ${killed.err}`).toContain(killed.signal);
          const after = await live(CHILD, place, {});
          expect(after, name).toMatchObject({ signal: null });
          expect(JSON.parse(after.out), name).toEqual(expected);
        });
      }
    },
    WALK_MS,
  );
});
