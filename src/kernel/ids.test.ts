import { expect, test } from 'vitest';
import { newOpaque } from './ids.ts';

test('no random id looks like an option', () => {
  const ids = Array.from({ length: 5_000 }, () => newOpaque(24));
  expect(ids.filter((id) => !/^\w[\w-]{31}$/.test(id))).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
});
