import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { matchesAction, matchesWildcard } from './wildcard.ts';

test('stars stand for any run, question marks for one character', () => {
  for (const [pattern, text, fits] of [
    ['*', '', true],
    ['', '', true],
    ['', 'a', false],
    ['a*c', 'abbbc', true],
    ['a*c', 'abbb', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['*x*y', 'axxby', true],
    ['**', 'anything', true],
    ['a.c', 'abc', false],
  ] as const)
    expect(matchesWildcard(pattern, text), `${pattern} on ${text}`).toBe(fits);
  expect(matchesAction('S3:get*', 's3:GetObject')).toBe(true);
});

test('it agrees with the same pattern as a regular expression', () => {
  const letters = fc
    .array(fc.constantFrom('a', 'b', '*', '?'), { maxLength: 8 })
    .map((list) => list.join(''));
  const texts = fc.array(fc.constantFrom('a', 'b'), { maxLength: 10 }).map((list) => list.join(''));
  fc.assert(
    fc.property(letters, texts, (pattern, text) => {
      const regexp = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`);
      expect(matchesWildcard(pattern, text)).toBe(regexp.test(text));
    }),
    { numRuns: 500 },
  );
});

test('a hostile pattern is no slower than its length', () => {
  expect(matchesWildcard(`${'a*'.repeat(200)}b`, 'a'.repeat(2_000))).toBe(false);
});
