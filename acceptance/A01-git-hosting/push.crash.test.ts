import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inPlace, live } from '../../testkit/crash/lives.ts';

const CHILD = join(import.meta.dirname, 'crash-child.ts');
const MOVED = 'codecommit:refs-moved:before-announce';

describe.each(['sqlite', 'postgres'] as const)('A1.12 a push killed at every failpoint on %s', (dialect) => {
  it('tells every move of a ref to the bus, once, with who made it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pipewright-record-'));
    const record = join(folder, 'hits');
    const whole = await inPlace(dialect, (place) =>
      live(CHILD, place, { PIPEWRIGHT_FAILPOINTS_RECORD: record }),
    );
    expect([whole.signal, whole.err]).toEqual([null, '']);
    const expected = JSON.parse(whole.out) as string[];
    expect(expected.map((each) => JSON.parse(each) as object)).toMatchObject([
      { event: 'referenceCreated', referenceName: 'made/by-api' },
      { event: 'referenceCreated', referenceName: 'main' },
      { event: 'referenceCreated', referenceName: 'v1' },
      { event: 'referenceUpdated', referenceName: 'main' },
    ]);
    const hits = readFileSync(record, 'utf8').trim().split('\n');
    const moves = hits.filter((name) => name === MOVED);
    expect(moves).toHaveLength(3);
    const points = [
      ...new Set(hits.filter((name) => name !== MOVED)),
      ...moves.map((name, n) => `${name}#${n + 1}`),
    ];
    for (const point of points) {
      await inPlace(dialect, async (place) => {
        const killed = await live(CHILD, place, { PIPEWRIGHT_FAILPOINT: point });
        expect([point, killed.signal]).toEqual([point, 'SIGKILL']);
        const after = await live(CHILD, place, {});
        expect([point, after.signal, after.err]).toEqual([point, null, '']);
        expect([point, JSON.parse(after.out)]).toEqual([point, expected]);
      });
    }
    await rm(folder, { recursive: true, force: true, maxRetries: 20 });
  });
});
