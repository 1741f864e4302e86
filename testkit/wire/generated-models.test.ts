import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { BotocoreModel } from '../../scripts/models/botocore.ts';
import { compactModel } from '../../scripts/models/compact.ts';
import { gentler, translatePattern, worstCase } from '../../scripts/models/patterns.ts';
import type { CompactModel, CompactString } from '../../src/wire/models/compact.ts';

const models = join(import.meta.dirname, '../../src/wire/models');
const generated = join(models, 'generated');
const sources = join(models, 'sources');

function read<T>(file: string): T {
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}

function jsonFiles(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.json'));
}

function patterns(): CompactString[] {
  return jsonFiles(generated)
    .flatMap((file) => Object.values(read<CompactModel>(join(generated, file)).shapes))
    .filter((shape) => shape.t === 'string' && shape.p !== undefined) as CompactString[];
}

test('the licence and notice of the models lie beside what was made of them', () => {
  expect(readFileSync(join(generated, 'LICENSE.txt'), 'utf8')).toContain('Apache License');
  expect(existsSync(join(generated, 'NOTICE'))).toBe(true);
});

test.each(jsonFiles(sources))('%s was generated again after its last change', (file) => {
  const reports: string[] = [];
  const model = compactModel(file.slice(0, -5), read<BotocoreModel>(join(sources, file)), (text) =>
    reports.push(text),
  );
  expect(read(join(generated, file)), 'run `npm run generate:models`').toEqual(
    JSON.parse(JSON.stringify(model)),
  );
  expect(reports).toEqual([]);
});

test('every pattern of every model compiles', () => {
  const all = patterns();
  expect(all.length).toBeGreaterThan(500);
  for (const { p = '', re = `^(?:${p})$`, flags = 'u' } of all) {
    expect(re, p).not.toBe('');
    expect(() => RegExp(re, flags), p).not.toThrow();
  }
});

test('the search for slow patterns finds one', () => {
  expect(worstCase('^(a+)+$', 'u', 100)).toBeGreaterThan(50);
});

test.each(Object.entries(gentler))('%s has a gentler twin that accepts the same', (original, gentle) => {
  const hard = new RegExp(`^(?:${original})$`);
  const soft = new RegExp(`^(?:${gentle})$`, 'u');
  const text = fc.string({
    unit: fc.constantFrom('a', '0', '*', '.', '-', '/', ' ', '\t', ':', '\n', '\u007f'),
    maxLength: 10,
  });
  fc.assert(
    fc.property(text, (candidate) => {
      expect(soft.test(candidate)).toBe(hard.test(candidate));
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ['(?i)all|[0-9]{12}', 'ALL', true],
  ['\\p{Print}+', 'a b~', true],
  ['\\p{Print}+', 'ä', false],
  ['\\p{ASCII}*', 'p{ASCII}', true],
  ['\\p{ASCII}*', 'é', false],
  ['[^\\p{C}\\p{IsWhitespace}]+', 'a b', false],
  ['[^\\p{C}\\p{IsWhitespace}]+', 'äp', true],
  ['[\\w-_]*', 'a-_', true],
  ['secret\\-x', 'secret-x', true],
  ['^(?!\\s*$).+', 'two\nlines', true],
  ['^(?!\\s*$).+', ' \n ', false],
  ['a|b', 'ab', false],
])('%s on %j: %s', (pattern, text, accepted) => {
  const { re = '', flags } = translatePattern(pattern);
  expect(new RegExp(re, flags).test(text)).toBe(accepted);
});

test('a pattern that means nothing in JavaScript is reported', () => {
  expect(translatePattern('(((').problem).toBe('does not compile');
  expect(translatePattern('\\p{Nonsense}').problem).toBe('does not compile');
});
