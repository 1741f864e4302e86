import { expect, test } from 'vitest';
import { suggest } from './suggest.ts';

const PHASES = ['install', 'pre_build', 'build', 'post_build'];

test.each([
  ['biuld', 'build'],
  ['Build', 'build'],
  ['bild', 'build'],
  ['preBuild', 'pre_build'],
  ['post-buidl', 'post_build'],
  ['instal', 'install'],
  ['deploy', undefined],
  ['', undefined],
  ['x'.repeat(10_000), undefined],
])('%s most likely means %s', (word, meant) => {
  expect(suggest(word, PHASES)).toBe(meant);
});
