import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lineDiff } from './line-diff.ts';

const side = (lines: ReturnType<typeof lineDiff>, other: 'added' | 'removed') =>
  lines.filter((line) => line.kind !== other).map((line) => line.text);

test('a changed line is removed and added between what stays', () => {
  expect(lineDiff(['a', 'b', 'c'], ['a', 'x', 'c'])).toEqual([
    { kind: 'same', text: 'a' },
    { kind: 'removed', text: 'b' },
    { kind: 'added', text: 'x' },
    { kind: 'same', text: 'c' },
  ]);
});

test('without the added lines it is the old text, without the removed ones the new text', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 20 });
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = lineDiff(before, after);
      expect(side(lines, 'added')).toEqual(before);
      expect(side(lines, 'removed')).toEqual(after);
    }),
  );
});

test('equal texts have no edits, and an edit is the shortest one', () => {
  const edits = (a: string, b: string) =>
    lineDiff([...a], [...b]).filter((line) => line.kind !== 'same').length;
  expect(edits('abc', 'abc')).toBe(0);
  expect(edits('abcabba', 'cbabac')).toBe(5);
});
