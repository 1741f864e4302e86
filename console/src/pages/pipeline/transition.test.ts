import { expect, test } from 'vitest';
import { reasonProblem } from './transition.tsx';

test('a reason that the API would refuse is refused in words, with the character that is in the way', () => {
  expect(reasonProblem('Freeze (until Monday)!')).toBeUndefined();
  expect(reasonProblem('  ')).toBe('A reason is required.');
  expect(reasonProblem('Not on a Friday, please')).toBe('A reason cannot hold “,”.');
  expect(reasonProblem('später')).toBe('A reason cannot hold “ä”.');
  expect(reasonProblem('wait 🎄')).toBe('A reason cannot hold “🎄”.');
});
