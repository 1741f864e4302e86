import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type HealthRule, type HostProgress, healthRule, healthyHosts, nextStep } from './health.ts';

const HALF = { type: 'FLEET_PERCENT', value: 50 } as const;
const ALL = { type: 'FLEET_PERCENT', value: 0 } as const;
const ONE = { type: 'ONE_AT_A_TIME', value: 99 } as const;

test.each([
  ['HalfAtATime of 9: 4 at a time, 5 needed', 9, HALF, true, { minimum: 5, batch: 4, strict: false }],
  ['HalfAtATime of 1 still moves', 1, HALF, true, { minimum: 0, batch: 1, strict: false }],
  ['OneAtATime', 10, ONE, true, { minimum: 9, batch: 1, strict: true }],
  ['AllAtOnce', 10, ALL, true, { minimum: 0, batch: 10, strict: false }],
  [
    '95 % of 10 is rounded up to 10: nothing may be taken down',
    10,
    { type: 'FLEET_PERCENT', value: 95 },
    false,
    { minimum: 10, batch: 0, strict: false },
  ],
  ['9 of 10 hosts', 10, { type: 'HOST_COUNT', value: 9 }, false, { minimum: 9, batch: 1, strict: false }],
  [
    'more hosts asked than there are',
    3,
    { type: 'HOST_COUNT', value: 5 },
    false,
    { minimum: 3, batch: 0, strict: false },
  ],
] as const)('%s', (_, hosts, config, builtIn, rule) => {
  expect(healthRule(hosts, config, builtIn)).toEqual(rule);
});

/** Deploys with outcomes from a script; answers what happened. */
function play(
  initial: readonly HostProgress[],
  rule: HealthRule,
  fails: (host: number) => boolean,
  order: (working: number[]) => number,
) {
  let hosts = [...initial];
  const set = (index: number, status: HostProgress['status']) => {
    hosts = hosts.map((host, n) => (n === index ? { ...host, status } : host));
  };
  const started: number[] = [];
  for (let round = 0; round < 1000; round++) {
    const step = nextStep(hosts, rule);
    if (step.kind !== 'go-on') return { step, hosts, started };
    for (const index of step.start) {
      const healthy = healthyHosts(hosts);
      set(index, 'InProgress');
      started.push(index);
      // Taking a healthy host down leaves enough others.
      if (initial[index]?.healthy)
        expect(healthyHosts(hosts)).toBeGreaterThanOrEqual(Math.min(rule.minimum, healthy));
    }
    const working = hosts.flatMap((host, n) => (host.status === 'InProgress' ? [n] : []));
    expect(working.length).toBeGreaterThan(0);
    expect(working.length).toBeLessThanOrEqual(rule.batch);
    const next = order(working);
    set(next, fails(next) ? 'Failed' : 'Succeeded');
  }
  throw new Error('it does not end');
}

const fresh = (count: number): HostProgress[] =>
  Array.from({ length: count }, () => ({ status: 'Pending', healthy: true }));
const first = (working: number[]) => working[0] as number;

test('OneAtATime: the first failed host fails the deployment, later ones are not begun (D1.19)', () => {
  const { step, started } = play(fresh(3), healthRule(3, ONE, true), (host) => host === 1, first);
  expect(step).toEqual({ kind: 'failed', why: 'host-failed' });
  expect(started).toEqual([0, 1]);
});

test('AllAtOnce succeeds when one host does, and fails when none does (D1.19)', () => {
  expect(play(fresh(4), healthRule(4, ALL, true), (host) => host !== 2, first).step).toEqual({
    kind: 'succeeded',
    failed: 3,
  });
  expect(play(fresh(4), healthRule(4, ALL, true), () => true, first).step).toMatchObject({ kind: 'failed' });
});

test('custom: with 9 of 10 healthy one failure stops the rest, but the very last may fail', () => {
  const rule = healthRule(10, { type: 'HOST_COUNT', value: 9 }, false);
  const early = play(fresh(10), rule, (host) => host === 4, first);
  expect(early).toMatchObject({ step: { kind: 'failed', why: 'too-few-healthy' }, started: [0, 1, 2, 3, 4] });
  expect(play(fresh(10), rule, (host) => host === 9, first).step).toEqual({ kind: 'succeeded', failed: 1 });
});

test('a configuration that allows nothing fails before any host is touched', () => {
  const rule = healthRule(10, { type: 'FLEET_PERCENT', value: 95 }, false);
  expect(nextStep(fresh(10), rule)).toEqual({ kind: 'failed', why: 'unmeetable' });
});

test('property: whatever fails in whatever order, the rule is kept and the verdict is right', () => {
  const configs = fc.oneof(
    fc.constant([ONE, true] as const),
    fc.constant([HALF, true] as const),
    fc.constant([ALL, true] as const),
    fc.nat(30).map((value) => [{ type: 'HOST_COUNT', value } as const, false] as const),
    fc.nat(100).map((value) => [{ type: 'FLEET_PERCENT', value } as const, false] as const),
  );
  const host = fc.record({ healthy: fc.boolean(), fails: fc.boolean(), key: fc.nat(1000) });
  fc.assert(
    fc.property(configs, fc.array(host, { minLength: 1, maxLength: 25 }), ([config, builtIn], hosts) => {
      const rule = healthRule(hosts.length, config, builtIn);
      const initial = hosts.map(({ healthy }): HostProgress => ({ status: 'Pending', healthy }));
      const order = (working: number[]) =>
        working.toSorted((a, b) => (hosts[a]?.key ?? 0) - (hosts[b]?.key ?? 0) || a - b)[0] as number;
      const end = play(initial, rule, (index) => hosts[index]?.fails === true, order);
      const succeeded = end.hosts.filter((one) => one.status === 'Succeeded').length;
      const failed = end.hosts.filter((one) => one.status === 'Failed').length;
      expect(end.hosts.some((one) => one.status === 'InProgress')).toBe(false);
      if (end.step.kind === 'succeeded') {
        expect(succeeded).toBeGreaterThanOrEqual(Math.max(rule.minimum, 1));
        if (rule.strict) expect(failed).toBe(0);
        expect(end.hosts.some((one) => one.status === 'Pending')).toBe(false);
      } else {
        const allFine = hosts.every((one) => !one.fails && one.healthy);
        expect(allFine && rule.batch > 0).toBe(false);
      }
    }),
    { numRuns: 500 },
  );
});

test('property: how many at once, and what is enough, in the words of D1.18 and D1.19', () => {
  const kinds = fc.oneof(
    fc.constant({ config: ONE, builtIn: true, atOnce: (_n: number) => 1, enough: (n: number) => n }),
    fc.constant({
      config: HALF,
      builtIn: true,
      atOnce: (n: number) => Math.max(1, Math.floor(n / 2)),
      // One host cannot be halved: it is deployed to, and must succeed.
      enough: (n: number) => (n === 1 ? 1 : Math.ceil(n / 2)),
    }),
    fc.constant({ config: ALL, builtIn: true, atOnce: (n: number) => n, enough: (_n: number) => 1 }),
    fc.integer({ min: 0, max: 99 }).map((value) => ({
      config: { type: 'FLEET_PERCENT', value } as const,
      builtIn: false,
      atOnce: (n: number) => n - Math.ceil((n * value) / 100),
      enough: (n: number) => Math.max(1, Math.ceil((n * value) / 100)),
    })),
  );
  fc.assert(
    fc.property(
      kinds,
      fc.array(fc.boolean(), { minLength: 1, maxLength: 30 }),
      ({ config, builtIn, atOnce, enough }, fails) => {
        const count = fails.length;
        const rule = healthRule(count, config, builtIn);
        const begun = nextStep(fresh(count), rule);
        if (atOnce(count) === 0) {
          expect(begun).toEqual({ kind: 'failed', why: 'unmeetable' });
          return;
        }
        // As many as may be are begun at once, from the first on.
        const start = Array.from({ length: atOnce(count) }, (_, n) => n);
        expect(begun).toEqual({ kind: 'go-on', start });
        const end = play(fresh(count), rule, (index) => fails[index] === true, first);
        const good = fails.filter((failed) => !failed).length;
        // It stops where one failure more would leave too few, unless nobody is left; OneAtATime at the first one.
        const stop = fails.findIndex(
          (_, n) => fails.slice(0, n + 1).filter(Boolean).length === (config === ONE ? 1 : atOnce(count)),
        );
        if (stop >= 0 && stop < count - 1) {
          expect(end.step.kind).toBe('failed');
          expect(end.hosts.slice(stop + 1).every((host) => host.status === 'Pending')).toBe(true);
        } else if (good >= enough(count))
          expect(end.step).toEqual({ kind: 'succeeded', failed: count - good });
        else expect(end.step.kind).toBe('failed');
      },
    ),
    { numRuns: 500 },
  );
});
