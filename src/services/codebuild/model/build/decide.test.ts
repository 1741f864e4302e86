import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RunEnd } from '../../../../kernel/sandbox/port.ts';
import { exited, FACTS, machine, PREPARED, REPLY_TO, RUN, reportsOf } from '../../test/build-machine.ts';
import { awsTime } from './events.ts';
import type { BuildInput } from './inputs.ts';
import type { BuildFacts, PhaseType } from './state.ts';

test('a good build goes through all phases, once each', () => {
  const build = machine();
  expect(build.tasks()).toEqual(['codebuild.prepare', 'kernel.deliver']);
  build.send({ kind: 'downloading', at: 1_020 });
  build.send(PREPARED);
  build.send({
    kind: 'reports',
    from: 0,
    reports: [...reportsOf(), { kind: 'exported', at: 1, name: 'V', value: '1' }],
  });
  build.send({ kind: 'run-ended', end: exited });
  expect(build.phases()).toEqual([
    'SUBMITTED:SUCCEEDED',
    'QUEUED:SUCCEEDED',
    'PROVISIONING:SUCCEEDED',
    'DOWNLOAD_SOURCE:SUCCEEDED',
    'INSTALL:SUCCEEDED',
    'PRE_BUILD:SUCCEEDED',
    'BUILD:SUCCEEDED',
    'POST_BUILD:SUCCEEDED',
    'UPLOAD_ARTIFACTS:SUCCEEDED',
    'FINALIZING:SUCCEEDED',
    'COMPLETED:',
  ]);
  expect(build.state()).toMatchObject({ status: 'SUCCEEDED', stage: 'ended', resolvedSourceVersion: 'abc' });
  expect(build.replies()).toEqual([
    {
      kind: 'reply',
      token: 't',
      outcome: 'succeeded',
      externalId: 'p:u',
      summary: 'Build #1 succeeded',
      outputs: { V: '1' },
    },
  ]);
  expect(build.tasks().slice(2)).toEqual(['codebuild.cleanup', 'codebuild.dispatch']);
});

test('reports that come again, late or out of turn change nothing', () => {
  const build = machine();
  build.send(PREPARED);
  const all = reportsOf();
  build.send({ kind: 'reports', from: 0, reports: all.slice(0, 3) });
  const before = build.state();
  expect(build.send({ kind: 'reports', from: 0, reports: all.slice(0, 3) }).state).toBe(before);
  expect(build.send({ kind: 'reports', from: 5, reports: all.slice(5) }).state).toBe(before);
  build.send({ kind: 'reports', from: 1, reports: all.slice(1) });
  expect(build.state().phases).toHaveLength(8);
  expect(build.state().reportsSeen).toBe(8);
});

test.each([
  ['INSTALL', 'FAILED'],
  ['BUILD', 'FAILED'],
] as const)('a failure in %s fails the build and names it', (phase, status) => {
  const build = machine();
  build.send(PREPARED);
  build.send({ kind: 'reports', from: 0, reports: reportsOf(phase) });
  build.send({ kind: 'run-ended', end: { ...exited, exitCode: 1 } as RunEnd });
  expect(build.state().status).toBe(status);
  expect(build.replies()).toMatchObject([
    {
      outcome: 'failed',
      errorCode: 'JobFailed',
      summary: `Build terminated with state: FAILED. Phase: ${phase}, Code: COMMAND_EXECUTION_ERROR, Message: Error while executing command: make. Reason: exit status 2`,
    },
  ]);
});

test('a command that was killed is told with its signal', () => {
  const build = machine();
  build.send(PREPARED);
  build.send({ kind: 'reports', from: 0, reports: reportsOf('BUILD', 137) });
  expect(build.phase('BUILD')?.context?.message).toContain('exit status 137 (killed by SIGKILL)');
});

describe('how a run can end', () => {
  const half = reportsOf().slice(0, 5);
  test.each([
    [{ kind: 'signalled', at: 3_000, signal: 'SIGKILL' }, 'FAILED', 'The build was killed by SIGKILL'],
    [
      { kind: 'signalled', at: 3_000, signal: 'SIGKILL', cause: 'out of memory' },
      'FAILED',
      'The build was killed by SIGKILL: out of memory',
    ],
    [{ kind: 'fault', at: 3_000, cause: 'the runner is gone' }, 'FAULT', 'the runner is gone'],
    [{ kind: 'timed-out', at: 3_000 }, 'TIMED_OUT', 'The build ran longer than its limit of 10 minutes'],
    [{ kind: 'exited', at: 3_000, exitCode: 9 }, 'FAILED', 'The shell of the build ended with exit status 9'],
  ] as const)('%o: %s', (end, status, message) => {
    const build = machine();
    build.send(PREPARED);
    build.send({ kind: 'reports', from: 0, reports: half });
    build.send({ kind: 'run-ended', end });
    expect(build.state().status).toBe(status);
    expect(build.phase('BUILD')).toMatchObject({ status, context: { message } });
  });
  test('before the first report the fault is told all the same', () => {
    const build = machine();
    build.send(PREPARED);
    build.send({ kind: 'run-ended', end: { kind: 'fault', at: 3_000, cause: 'no bash' } });
    expect(build.state().status).toBe('FAULT');
    expect(build.phase('INSTALL')?.context?.message).toBe('no bash');
  });
});

describe('what is left is collected', () => {
  const collecting = (failing?: PhaseType) => {
    const build = machine();
    build.send({ ...PREPARED, collects: true } as BuildInput);
    build.send({ kind: 'reports', from: 0, reports: reportsOf(failing) });
    build.send({ kind: 'run-ended', end: exited });
    return build;
  };
  test('also of a failed build (C1.3), which stays failed', () => {
    const build = collecting('BUILD');
    expect(build.tasks()).toContain('codebuild.collect');
    build.send({ kind: 'collected', artifacts: [], reportArns: ['arn'] });
    expect(build.state()).toMatchObject({ status: 'FAILED', reportArns: ['arn'] });
  });
  test('and a failed upload fails the build', () => {
    const build = collecting();
    build.send({
      kind: 'collected',
      artifacts: [],
      reportArns: [],
      failure: { statusCode: 'X', message: 'y' },
    });
    expect(build.state().status).toBe('FAILED');
    expect(build.phase('UPLOAD_ARTIFACTS')).toMatchObject({ status: 'FAILED', context: { message: 'y' } });
  });
});

describe('stops and limits', () => {
  test('a waiting build is stopped at once', () => {
    const build = machine({ begin: false });
    expect(build.tasks()).toEqual(['kernel.deliver']);
    build.send({ kind: 'stop' });
    expect(build.state().status).toBe('STOPPED');
    expect(build.replies()).toMatchObject([{ outcome: 'stopped' }]);
    expect(build.send({ kind: 'begin' }).state.status).toBe('STOPPED');
  });
  test('a running build is told, and has the last word', () => {
    const build = machine();
    build.send({ ...PREPARED, collects: true } as BuildInput);
    build.send({ kind: 'reports', from: 0, reports: reportsOf().slice(0, 5) });
    build.send({ kind: 'stop' });
    expect(build.state().status).toBe('IN_PROGRESS');
    expect(build.tasks()).toContain('codebuild.cancel');
    build.send({ kind: 'stop' });
    expect(build.tasks().filter((kind) => kind === 'codebuild.cancel')).toHaveLength(1);
    build.send({ kind: 'reports', from: 5, reports: reportsOf('BUILD', 143).slice(5) });
    build.send({ kind: 'run-ended', end: { kind: 'cancelled', at: 3_000 } });
    expect(build.state().status).toBe('STOPPED');
    expect(build.phase('BUILD')?.status).toBe('STOPPED');
    expect(build.phase('POST_BUILD')?.status).toBe('SUCCEEDED');
    expect(build.phase('UPLOAD_ARTIFACTS')).toBeUndefined();
  });
  test('time runs out in the queue and in the run', () => {
    const queued = machine({ begin: false });
    queued.send({ kind: 'queue-expired' });
    expect(queued.state().status).toBe('TIMED_OUT');
    expect(queued.phase('QUEUED')?.status).toBe('TIMED_OUT');
    const running = machine();
    running.send(PREPARED);
    running.send({ kind: 'deadline' });
    running.send({ kind: 'run-ended', end: { kind: 'cancelled', at: 3_000 } });
    expect(running.state().status).toBe('TIMED_OUT');
  });
  test('a build that begins has its queue limit taken back', () => {
    const build = machine({ begin: false });
    expect(build.send({ kind: 'begin' }).cancel).toEqual(['codebuild/p:u/queue-limit']);
    expect(build.send({ kind: 'begin' }).tasks).toBeUndefined();
  });
});

test('only a failed build of nobody else is retried, and only as often as asked', () => {
  const fail = (facts: Partial<BuildFacts>, submit: object = { replyTo: undefined }) => {
    const build = machine({ facts: { ...FACTS, ...facts }, ...submit });
    build.send({ ...PREPARED, retries: [{ phase: 'BUILD', count: 1, pattern: '.*' }] } as BuildInput);
    build.send({ kind: 'reports', from: 0, reports: reportsOf('BUILD') });
    build.send({ kind: 'run-ended', end: exited });
    return build.tasks().includes('codebuild.retry');
  };
  expect(fail({})).toBe(true);
  expect(fail({ retry: { limit: 0, number: 1 } })).toBe(false);
  expect(fail({ retry: { limit: 2, number: 1 } })).toBe(true);
  expect(fail({}, { replyTo: REPLY_TO })).toBe(false);
});

test('times in events are in AWS words', () => {
  expect(awsTime(Date.UTC(2017, 8, 1, 16, 12, 29))).toBe('Sep 1, 2017 4:12:29 PM');
  expect(awsTime(Date.UTC(2024, 0, 31, 0, 5, 9))).toBe('Jan 31, 2024 12:05:09 AM');
});

const anyReport = fc.oneof(
  fc.record({ kind: fc.constant('phase-start' as const), at: fc.nat(9_999), phase: fc.constantFrom(...RUN) }),
  fc.record(
    {
      kind: fc.constant('phase-end' as const),
      at: fc.nat(9_999),
      phase: fc.constantFrom(...RUN),
      failure: fc.record({ command: fc.string(), code: fc.integer({ min: 1, max: 255 }) }),
    },
    { requiredKeys: ['kind', 'at', 'phase'] },
  ),
  fc.record({
    kind: fc.constant('exported' as const),
    at: fc.nat(),
    name: fc.constantFrom('A', 'B'),
    value: fc.string(),
  }),
);
const anyEnd: fc.Arbitrary<RunEnd> = fc.oneof(
  fc.record({ kind: fc.constant('exited' as const), at: fc.nat(), exitCode: fc.nat(255) }),
  fc.record({ kind: fc.constant('signalled' as const), at: fc.nat(), signal: fc.constant('SIGKILL') }),
  fc.record({ kind: fc.constantFrom('timed-out' as const, 'cancelled' as const), at: fc.nat() }),
  fc.record({ kind: fc.constant('fault' as const), at: fc.nat(), cause: fc.string() }),
);
const anyInput: fc.Arbitrary<BuildInput> = fc.oneof(
  fc.constantFrom<BuildInput>(
    { kind: 'begin' },
    { kind: 'queue-expired' },
    { kind: 'stop' },
    { kind: 'deadline' },
    { kind: 'downloading', at: 1_500 },
    PREPARED,
    { ...PREPARED, collects: true } as BuildInput,
    { ...PREPARED, tolerates: ['INSTALL', 'BUILD'] } as BuildInput,
    { kind: 'collected', artifacts: [], reportArns: [] },
    {
      kind: 'prepare-failed',
      phase: 'DOWNLOAD_SOURCE',
      provisionedAt: 1_500,
      context: { statusCode: 'X', message: 'y' },
      fault: false,
    },
  ),
  fc.record({
    kind: fc.constant('reports' as const),
    from: fc.nat(6),
    reports: fc.array(anyReport, { maxLength: 6 }),
  }),
  fc.record({ kind: fc.constant('run-ended' as const), end: anyEnd }),
);

test('whatever comes in whatever order: it ends once, replies once, and phases are whole', () => {
  fc.assert(
    fc.property(fc.boolean(), fc.array(anyInput, { maxLength: 25 }), (begin, inputs) => {
      const build = machine({ begin });
      for (const input of inputs) {
        const ended = build.state().stage === 'ended' ? build.state() : undefined;
        const decision = build.send(input);
        if (ended !== undefined) expect(decision.state).toBe(ended);
      }
      const { stage, status, phases } = build.state();
      const ended = stage === 'ended';
      expect(build.replies()).toHaveLength(ended ? 1 : 0);
      expect(build.tasks().filter((kind) => kind === 'codebuild.cleanup')).toHaveLength(ended ? 1 : 0);
      expect(build.tasks().filter((kind) => kind === 'codebuild.prepare').length).toBeLessThanOrEqual(1);
      expect(status === 'IN_PROGRESS').toBe(!ended);
      const open = phases.filter((phase) => phase.end === undefined && phase.type !== 'COMPLETED');
      expect(open.length).toBeLessThanOrEqual(ended ? 0 : 1);
      for (const phase of phases) expect(phase.end ?? phase.start).toBeGreaterThanOrEqual(phase.start);
      expect(phases.filter((phase) => phase.type === 'COMPLETED')).toHaveLength(ended ? 1 : 0);
      const failures = phases.filter((each) => each.status !== undefined && each.status !== 'SUCCEEDED');
      if (ended) expect(failures.some((each) => !each.tolerated)).toBe(status !== 'SUCCEEDED');
      for (const each of failures) if (each.tolerated) expect(each.status).toBe('FAILED');
    }),
    { numRuns: 500 },
  );
});
