import { expect, it } from 'vitest';
import { agoInWords, durationInWords } from './duration.ts';

it.each([
  [-5, '0 ms'],
  [850, '850 ms'],
  [12_400, '12 s'],
  [192_000, '3 min 12 s'],
  [180_000, '3 min'],
  [3_840_000, '1 h 4 min'],
  [183_600_000, '2 d 3 h'],
])('says %d ms as %s', (ms, words) => expect(durationInWords(ms)).toBe(words));

it.each([
  [0, 'just now'],
  [-15_000, '15 seconds ago'],
  [-200_000, '3 minutes ago'],
  [-7_200_000, '2 hours ago'],
  [-172_800_000, '2 days ago'],
  [120_000, 'in 2 minutes'],
])('says %d ms from now as %s', (ms, words) => expect(agoInWords(1e12 + ms, 1e12)).toBe(words));
