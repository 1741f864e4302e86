import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SandboxDriver } from '../sandbox/driver.ts';
import { ending } from '../sandbox/ending.ts';
import { isolation } from '../sandbox/isolation.ts';
import { openSandboxLab, type SandboxLab } from '../sandbox/lab.ts';
import { limits } from '../sandbox/limits.ts';
import { output } from '../sandbox/output.ts';
import { ownership } from '../sandbox/ownership.ts';
import { starting } from '../sandbox/starting.ts';

export interface SandboxContractOptions {
  /** Titles of behaviours that this driver cannot have. */
  readonly doesNotApply?: readonly string[];
}

/** Declares one behaviour, on a lab shared by all of a driver. */
export type Behaviour = (
  title: string,
  check: (lab: SandboxLab, driver: SandboxDriver) => Promise<void>,
) => void;

/** What every sandbox driver must do, on real processes. */
export function sandboxContract(
  name: string,
  driver: SandboxDriver,
  { doesNotApply = [] }: SandboxContractOptions = {},
): void {
  describe(`sandbox: ${name}`, () => {
    const titles = new Set<string>();
    let lab: SandboxLab;
    beforeAll(async () => {
      lab = await openSandboxLab(driver);
    });
    afterAll(() => lab.close());

    const behaviour: Behaviour = (title, check) => {
      titles.add(title);
      // The checks are written where they are declared.
      // oxlint-disable-next-line vitest/expect-expect, vitest/valid-title
      if (!doesNotApply.includes(title)) test(title, () => check(lab, driver));
    };
    describe('starting', () => {
      starting(behaviour);
    });
    describe('output', () => {
      output(behaviour);
    });
    describe('ending', () => {
      ending(behaviour);
    });
    describe('limits', () => {
      limits(behaviour);
    });
    describe('isolation', () => {
      isolation(behaviour);
    });
    describe('ownership', () => {
      ownership(behaviour);
    });

    test('what does not apply is the name of something', () => {
      expect(doesNotApply.filter((title) => !titles.has(title))).toEqual([]);
    });
  });
}
