/** One figure, beside a floor or peer that was measured in the same run. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly floor: number;
  /** `value / floor`: for rates more is better, for times and sizes less. */
  readonly ratio: number;
  /** What is wanted, in words. */
  readonly aim?: string;
}

export interface Measure {
  readonly name: string;
  run(): Promise<readonly Figure[]>;
}

export function figure(name: string, value: number, unit: string, floor: number, aim?: string): Figure {
  const round = (number: number) => Number(number.toPrecision(4));
  return {
    name,
    value: round(value),
    unit,
    floor: round(floor),
    ratio: round(value / floor),
    ...(aim ? { aim } : {}),
  };
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
