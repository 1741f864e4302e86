import { expect, test } from 'vitest';
import { cut, hitsIn, segments } from './segments.ts';

const RED = 2;
const BLUE = 5;

test('a plain line is one segment', () => {
  expect(segments({ text: 'hello', spans: [] }, [])).toEqual([{ text: 'hello', style: 0, hit: 'none' }]);
});

test('a hit that reaches across two colours keeps both', () => {
  const hits = hitsIn('abcdef', /cd/g, undefined);
  expect(segments({ text: 'abcdef', spans: [0, 3, RED, 3, 6, BLUE] }, hits)).toEqual([
    { text: 'ab', style: RED, hit: 'none' },
    { text: 'c', style: RED, hit: 'match' },
    { text: 'd', style: BLUE, hit: 'match' },
    { text: 'ef', style: BLUE, hit: 'none' },
  ]);
});

test('only the hit that one stands on is the current one', () => {
  const pieces = segments({ text: 'a a', spans: [] }, hitsIn('a a', /a/g, 2));
  expect(pieces.map((piece) => piece.hit)).toEqual(['match', 'none', 'current']);
});

test('the pieces of a line are the line, and text after the last colour is plain', () => {
  const pieces = segments({ text: 'one two three', spans: [4, 7, RED] }, hitsIn('one two three', /e t/g, 2));
  expect(pieces.map((piece) => piece.text).join('')).toBe('one two three');
  expect(pieces.at(-1)).toEqual({ text: ' three', style: 0, hit: 'none' });
});

test('a part of a line keeps its colours and hits', () => {
  const pieces = segments({ text: 'abcdef', spans: [0, 3, RED] }, hitsIn('abcdef', /de/g, 3));
  expect(cut(pieces, 2, 4)).toEqual([
    { text: 'c', style: RED, hit: 'none' },
    { text: 'd', style: 0, hit: 'current' },
  ]);
  expect(cut(pieces, 6, 9)).toEqual([]);
});
