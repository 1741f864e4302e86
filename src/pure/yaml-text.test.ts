import { expect, test } from 'vitest';
import { openYaml } from './yaml-text.ts';

const told = (text: string) => {
  const { problems, place } = openYaml(text, 'the file', 256 * 1024);
  return problems.map(({ offset, message }) => {
    const { line, column } = place(offset);
    return `${line}:${column} ${message}`;
  });
};

test('a key that occurs twice is told of, and the rest can still be read', () => {
  const text = 'a: 1\nb: {c: 1, c: 2}\n"a": 3\n';
  expect(told(text)).toEqual([
    '2:11 not valid YAML: the key c occurs twice',
    '3:1 not valid YAML: the key a occurs twice',
  ]);
  expect(openYaml(text, 'the file', 1_000).document?.toJS()).toMatchObject({ b: { c: 2 } });
});

test('of each mistake only the cause is told', () => {
  expect(told('a: b: c\nd: 1\n')).toEqual([
    '1:4 not valid YAML: Nested mappings are not allowed in compact mappings',
  ]);
  expect(told('a:\n\tb: 1\nc:\n  d: 1\n\te: 2\n')).toEqual([
    '2:1 not valid YAML: Tabs are not allowed as indentation',
    '5:1 not valid YAML: Tabs are not allowed as indentation',
  ]);
});

test.each([
  ['brackets', '['.repeat(250_000), 'nested too deeply'],
  ['braces', '{"a":'.repeat(40_000), 'nested too deeply'],
  ['dashes', '- '.repeat(100_000), 'nested too deeply'],
  ['size', 'a'.repeat(300_000), 'larger than 256 KB'],
])('too many %s', (_, text, message) => {
  expect(told(text)).toEqual([`1:1 the file is ${message}`]);
});

test('what a definition may well hold is not taken for too deep', () => {
  const script = `a: |\n${'  if [[ -n "$X" ]]; then echo "${X[0]}"; fi # [\n'.repeat(900)}`;
  expect(told(script)).toEqual([]);
  expect(told(`${'- - - a\n'.repeat(2_000)}`)).toEqual([]);
});

test('many keys and many mistakes are read in one go, and told of in a bounded list', () => {
  const keys = Array.from({ length: 20_000 }, (_, n) => `k${n}: 1`).join('\n');
  expect(told(keys)).toEqual([]);
  expect(told('a: 1\n'.repeat(40_000))).toHaveLength(100);
  expect(told('a:\n\tb\n'.repeat(10_000)).length).toBeLessThanOrEqual(100);
});
