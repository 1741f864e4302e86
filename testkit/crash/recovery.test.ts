import { expect, test } from 'vitest';
import { passedAgain } from './recovery.ts';

test('what a second life passes again ends where it gets further than the first', () => {
  expect(passedAgain(['a', 'b', 'c'], ['c', 'b', 'c', 'd', 'a'], ['a', 'b', 'c', 'd'])).toEqual(['c', 'b']);
  expect(passedAgain(['a'], ['b', 'a'], ['a', 'b'])).toEqual([]);
  expect(passedAgain(['a', 'b'], ['b', 'a'], ['a', 'b'])).toEqual(['b', 'a']);
});

test('what only a recovery passes counts wherever it comes', () => {
  expect(passedAgain(['a'], ['b', 'mend', 'b', 'mend'], ['a', 'b'])).toEqual(['mend']);
});
