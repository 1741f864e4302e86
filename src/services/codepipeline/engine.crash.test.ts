import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openLives } from '../../../testkit/crash/lives.ts';

const CHILD = join(import.meta.dirname, '../../../testkit/codepipeline/crash-child.ts');

describe.each(['sqlite', 'postgres'] as const)('killed at every failpoint on %s', (dialect) => {
  test('nothing is lost and nothing is doubled', async () => {
    await using undisturbed = await openLives(dialect, CHILD);
    const whole = await undisturbed.live();
    expect(whole).toMatchObject({ signal: null, code: 0 });
    const expected: unknown = JSON.parse(whole.out);
    const names = [...new Set(whole.hits)];
    expect(names).toContain('codepipeline.execution:reply:before-commit');
    expect(names).toContain('task:codepipeline.start-action:done');
    expect(names).toContain('codepipeline.execution:waiting:before-commit');
    expect(names).toContain('task:codepipeline.next-turn:done');
    for (const name of names) {
      await using place = await openLives(dialect, CHILD);
      const killed = await place.live(name);
      // Whether somebody has to wait at all is a matter of luck; everything else happens in every life.
      const signals = name.includes('pick') ? ['SIGKILL', null] : ['SIGKILL'];
      expect(signals, `${name} ${killed.err}`).toContain(killed.signal);
      const after = await place.live();
      expect(after, name).toMatchObject({ signal: null, code: 0 });
      expect(JSON.parse(after.out), name).toEqual(expected);
    }
  });
});
