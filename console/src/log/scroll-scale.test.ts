import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scrollScale } from './scroll-scale.ts';

describe('scrollScale', () => {
  it('is the identity below the cap', () => {
    const scale = scrollScale(10_000, 500, 1_000_000);
    expect([scale.elementHeight, scale.toContent(1234), scale.toScroll(1234)]).toEqual([10_000, 1234, 1234]);
  });

  it('reaches both ends above the cap, and there and back is the same place', () => {
    const scale = scrollScale(50_000_000, 500, 1_000_000);
    expect(scale.toContent(0)).toBe(0);
    expect(scale.toContent(1_000_000 - 500)).toBeCloseTo(50_000_000 - 500);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 50_000_000 - 500 }), (top) => {
        expect(scale.toContent(scale.toScroll(top))).toBeCloseTo(top, 3);
      }),
    );
  });

  it('stays at the top when everything fits', () => {
    expect(scrollScale(100, 500, 1_000_000).toContent(30)).toBe(0);
  });
});
