import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shorten } from './shorten.ts';

test('a long text keeps its beginning and its end', () => {
  expect(shorten('Error while executing command: make all. Reason: exit status 2', 40)).toBe(
    'Error while executi … son: exit status 2',
  );
});

test('nothing is longer than asked for, and what is short stays', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 10, max: 60 }), (text, max) => {
      const short = shorten(text, max);
      expect(short.length).toBeLessThanOrEqual(max);
      if (text.length <= max) expect(short).toBe(text);
      else expect(short).toContain(' … ');
    }),
  );
});
