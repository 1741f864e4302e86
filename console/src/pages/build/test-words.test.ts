import { expect, test } from 'vitest';
import { testsInWords } from './test-words.ts';

test('counts that are zero are left out', () => {
  const summary = {
    total: 12,
    statusCounts: { SUCCEEDED: 11, FAILED: 1, SKIPPED: 0 },
    durationInNanoSeconds: 3_000_000_000,
  };
  expect(testsInWords(summary)).toBe('12 tests, 11 succeeded, 1 failed, in 3 s');
});
