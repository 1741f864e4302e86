import { expect, test } from 'vitest';
import { actionSpan, placeIn, spanOf } from './timeline-span.ts';

const at = (seconds: number) => new Date(seconds * 1_000);
const done = (start: number, end: number) => ({
  status: 'Succeeded' as const,
  startTime: at(start),
  lastUpdateTime: at(end),
});

test('the whole goes from the first start to the last end', () => {
  expect(spanOf([done(5, 9), done(2, 4)], 100_000)).toEqual({ from: 2_000, to: 9_000 });
});

test('an action that runs lasts until now', () => {
  const running = { status: 'InProgress' as const, startTime: at(3), lastUpdateTime: at(3) };
  expect(actionSpan(running, 10_000)).toEqual({ from: 3_000, to: 10_000 });
});

test('places are parts of the whole, also when everything took no time', () => {
  expect(placeIn({ from: 0, to: 10 }, { from: 5, to: 10 })).toEqual({ start: 50, length: 50 });
  expect(placeIn({ from: 7, to: 7 }, { from: 7, to: 7 })).toEqual({ start: 0, length: 0 });
});
