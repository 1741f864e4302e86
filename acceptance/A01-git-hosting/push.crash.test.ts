import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openLives } from '../../testkit/crash/lives.ts';

const CHILD = join(import.meta.dirname, 'crash-child.ts');
const MOVED = 'codecommit:refs-moved:before-announce';

describe.each(['sqlite', 'postgres'] as const)('A1.12 a push killed at every failpoint on %s', (dialect) => {
  it('tells every move of a ref to the bus, once, with who made it', async () => {
    await using undisturbed = await openLives(dialect, CHILD);
    const whole = await undisturbed.live();
    expect([whole.signal, whole.err]).toEqual([null, '']);
    const expected = JSON.parse(whole.out) as string[];
    expect(expected.map((each) => JSON.parse(each) as object)).toMatchObject([
      { event: 'referenceCreated', referenceName: 'made/by-api' },
      { event: 'referenceCreated', referenceName: 'main' },
      { event: 'referenceCreated', referenceName: 'v1' },
      { event: 'referenceUpdated', referenceName: 'main' },
    ]);
    const moves = whole.hits.filter((name) => name === MOVED);
    expect(moves).toHaveLength(3);
    const points = [
      ...new Set(whole.hits.filter((name) => name !== MOVED)),
      ...moves.map((name, n) => `${name}#${n + 1}`),
    ];
    for (const point of points) {
      await using place = await openLives(dialect, CHILD);
      const killed = await place.live(point);
      expect([point, killed.signal]).toEqual([point, 'SIGKILL']);
      const after = await place.live();
      expect([point, after.signal, after.err]).toEqual([point, null, '']);
      expect([point, JSON.parse(after.out)]).toEqual([point, expected]);
    }
  });
});
