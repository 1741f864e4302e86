import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileGlob, isLiteral } from './globs.ts';

const matches = (pattern: string, path: string) => compileGlob(pattern).matches(path);

test.each([
  // C1.9: both name every file, those at the top and those with a leading dot included.
  ['*/*', 'appspec.yml', true],
  ['*/*', 'scripts/start.sh', true],
  ['*/*', '.env', true],
  ['**/*', 'appspec.yml', true],
  ['**/*', 'a/b/c/.d', true],
  ['*', 'a/b', true],
  ['*.xml', 'deep/er/junit.xml', true],
  ['**/*.xml', 'junit.xml', true],
  ['**/*.xml', 'junit.xmlx', false],
  ['dist/*', 'dist/a.js', true],
  ['dist/*', 'dist/sub/a.js', true],
  ['dist/*', 'distance/a.js', false],
  ['dist/**/*', 'dist/a.js', true],
  ['dist/**/*', 'dist/sub/a.js', true],
  ['dist/**/*', 'other/dist/a.js', false],
  ['**/dist/**', 'x/dist/y/z', true],
  ['config.json', 'config.json', true],
  ['./config.json', 'config.json', true],
  ['config.json', 'sub/config.json', false],
  ['file?.txt', 'file1.txt', true],
  ['file?.txt', 'file/.txt', false],
  ['[ab]*.txt', 'b1.txt', true],
  ['[!ab]*.txt', 'b1.txt', false],
  ['[a-c]', 'b', true],
  ['[]x]', ']', true],
  ['[open', '[open', true],
  ['a\\*b', 'a*b', true],
  ['a\\*b', 'axb', false],
  ['', '', true],
  ['ünï*', 'ünïcode', true],
])('%s on %s: %s', (pattern, path, expected) => {
  expect(matches(pattern, path)).toBe(expected);
});

const path = fc
  .array(fc.stringMatching(/^[a-z0-9._-]{1,8}$/), { minLength: 1, maxLength: 5 })
  .map((parts) => parts.join('/'))
  .filter((text) => !text.split('/').some((part) => part === '.' || part === '..'));

test('a path names itself, and every pattern for everything names it', () => {
  fc.assert(
    fc.property(path, (text) => {
      expect(isLiteral(text)).toBe(true);
      for (const pattern of [text, `./${text}`, '*', '**', '*/*', '**/*']) {
        expect(matches(pattern, text)).toBe(true);
      }
      expect(matches(`${text}/*`, text)).toBe(false);
    }),
  );
});

test('agrees with a regular expression on stars and plain characters', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[ab/*?]{0,10}$/), fc.stringMatching(/^[ab/]{0,10}$/), (pattern, text) => {
      fc.pre(!pattern.includes('**/'));
      const source = pattern.replaceAll(/\*+/g, '.*').replaceAll('?', '[^/]');
      const regex = new RegExp(`^${source}$`);
      expect(matches(pattern, text)).toBe(
        regex.test(text) || (source.startsWith('.*') && regex.test(`./${text}`)),
      );
    }),
  );
});

test('a hostile pattern takes no exponential time', () => {
  const text = 'a'.repeat(4_000);
  expect(matches(`${'*a'.repeat(200)}b`, text)).toBe(false);
  expect(matches(`${'**/'.repeat(50)}x`, text)).toBe(false);
});
