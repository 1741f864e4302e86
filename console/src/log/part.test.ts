import fc from 'fast-check';
import { expect, test } from 'vitest';
import { partInSight, rowsInSight, WHOLE_COLUMNS } from './part.ts';

const columns = fc.integer({ min: WHOLE_COLUMNS + 1, max: 300_000 });
const place = fc.nat(300_000);

test('lines of common length are drawn whole', () => {
  expect(partInSight(WHOLE_COLUMNS, 0, 100)).toBeUndefined();
  expect(rowsInSight(WHOLE_COLUMNS, 80, 0, 40)).toBeUndefined();
});

test('of a very long line everything in sight is drawn and little more', () => {
  fc.assert(
    fc.property(columns, place, fc.integer({ min: 1, max: 400 }), (width, from, seen) => {
      const part = partInSight(width, from, from + seen) ?? { from: -1, to: -1 };
      expect(part.from).toBeLessThanOrEqual(Math.min(from, width));
      expect(part.to).toBeGreaterThanOrEqual(Math.min(from + seen, width));
      expect(part.to - part.from).toBeLessThanOrEqual(WHOLE_COLUMNS + 400);
    }),
  );
});

test('a wrapped line is cut between rows', () => {
  fc.assert(
    fc.property(
      columns,
      fc.integer({ min: 20, max: 300 }),
      fc.nat(2_000),
      fc.integer({ min: 1, max: 60 }),
      (all, width, row, seen) => {
        const part = rowsInSight(all, width, row, row + seen) ?? { from: -1, to: -1 };
        expect(part.from % width === 0 || part.from === all).toBe(true);
        expect(part.from).toBeLessThanOrEqual(Math.min(row * width, all));
        expect(part.to).toBeGreaterThanOrEqual(Math.min((row + seen) * width, all));
      },
    ),
  );
});
