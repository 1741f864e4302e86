import { describe, expect, test } from 'vitest';
import type { RunEnd } from '../../../../kernel/sandbox/port.ts';
import { exited, machine, PREPARED } from '../../test/build-machine.ts';
import type { ScriptReport } from './inputs.ts';
import type { BuildState, PhaseType } from './state.ts';

/** Whether a phase that failed was allowed to. */
const statuses = (state: BuildState) =>
  state.phases.map((phase) => `${phase.type}:${phase.status ?? ''}${phase.tolerated ? '?' : ''}`);
describe('on-failure CONTINUE (C1.3)', () => {
  const report = (phase: PhaseType, failure?: { command: string; code: number }): ScriptReport[] => [
    { kind: 'phase-start', at: 2_000, phase },
    { kind: 'phase-end', at: 2_001, phase, ...(failure ? { failure } : {}) },
  ];
  const failure = { command: 'lint', code: 1 };
  const tolerant = () => {
    const build = machine();
    build.send({ ...PREPARED, tolerates: ['PRE_BUILD'] });
    return build;
  };
  test('the phase is FAILED with its context, the build SUCCEEDED', () => {
    const build = tolerant();
    const reports = [
      ...report('INSTALL'),
      ...report('PRE_BUILD', failure),
      ...report('BUILD'),
      ...report('POST_BUILD'),
    ];
    build.send({ kind: 'reports', from: 0, reports });
    build.send({ kind: 'run-ended', end: { ...exited, exitCode: 1 } });
    expect(build.state().status).toBe('SUCCEEDED');
    expect(statuses(build.state()).slice(4, 8)).toEqual([
      'INSTALL:SUCCEEDED',
      'PRE_BUILD:FAILED?',
      'BUILD:SUCCEEDED',
      'POST_BUILD:SUCCEEDED',
    ]);
    expect(build.phase('PRE_BUILD')?.context?.message).toContain('lint. Reason: exit status 1');
    expect(build.replies()).toMatchObject([{ outcome: 'succeeded' }]);
  });
  test('another phase that fails still fails the build, and names it', () => {
    const build = tolerant();
    const reports = [...report('INSTALL'), ...report('PRE_BUILD', failure), ...report('BUILD', failure)];
    build.send({ kind: 'reports', from: 0, reports });
    build.send({ kind: 'run-ended', end: exited });
    expect(build.state().status).toBe('FAILED');
    expect(build.replies()).toMatchObject([{ summary: expect.stringContaining('Phase: BUILD') }]);
  });
  test.each<[RunEnd, string]>([
    [{ kind: 'signalled', at: 3_000, signal: 'SIGKILL' }, 'FAILED'],
    [{ kind: 'fault', at: 3_000, cause: 'x' }, 'FAULT'],
    [exited, 'FAILED'],
  ])('a build that is killed in it is not forgiven: %j', (end, status) => {
    const build = tolerant();
    const reports: ScriptReport[] = [
      ...report('INSTALL'),
      { kind: 'phase-start', at: 2_000, phase: 'PRE_BUILD' },
    ];
    build.send({ kind: 'reports', from: 0, reports });
    build.send({ kind: 'run-ended', end });
    expect(build.state().status).toBe(status);
  });
  test('nor is one that was stopped in it', () => {
    const build = tolerant();
    build.send({
      kind: 'reports',
      from: 0,
      reports: [...report('INSTALL'), { kind: 'phase-start', at: 2_000, phase: 'PRE_BUILD' }],
    });
    build.send({ kind: 'stop' });
    build.send({
      kind: 'reports',
      from: 3,
      reports: [
        { kind: 'phase-end', at: 2_002, phase: 'PRE_BUILD', failure: { command: 'lint', code: 143 } },
      ],
    });
    build.send({ kind: 'run-ended', end: exited });
    expect(build.state().status).toBe('STOPPED');
  });
});
