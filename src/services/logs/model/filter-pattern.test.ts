import { expect, test } from 'vitest';
import { parseFilterPattern } from './filter-pattern.ts';

test.each([
  ['', 'anything', true],
  ['ERROR', 'an ERROR here', true],
  ['ERROR', 'an error here', false],
  ['ERROR timeout', 'timeout ERROR', true],
  ['ERROR timeout', 'ERROR', false],
  ['"a phrase"', 'not a phrase', true],
  ['"a phrase"', 'a long phrase', false],
  ['ERROR -retry', 'ERROR retry', false],
  ['-retry', 'fine', true],
  ['?ERROR ?WARN', 'a WARN', true],
  ['?ERROR ?WARN', 'info', false],
  ['?ERROR WARN', 'WARN', true],
  ['-"two words"', 'two words', false],
  ['"quo\\"te"', 'a quo"te', true],
])('%s on %s: %s', (pattern, message, expected) => {
  const parsed = parseFilterPattern(pattern);
  expect(parsed.kind === 'ok' && parsed.matches(message)).toBe(expected);
});

test.each(['{ $.a = 1 }', '[a, b]', '%x.*y%', '"open'])('%s is refused', (pattern) => {
  expect(parseFilterPattern(pattern).kind).toBe('bad');
});
