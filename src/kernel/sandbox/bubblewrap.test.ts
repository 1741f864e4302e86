import { expect, test } from 'vitest';
import { sandboxContract } from '../../../testkit/contracts/sandbox.ts';
import { localDriver } from '../../../testkit/sandbox/driver.ts';
import { findCgroupRoots } from '../runner/cgroup.ts';
import { probeBubblewrap } from './probe.ts';
import { defaultRunAs } from './run-as.ts';

/** bwrap says 128+n for a command that signal n killed. */
const WRAPPED = ['an exit code above 128 is told apart from a signal'];

const probe = probeBubblewrap(defaultRunAs());
if (probe.kind === 'missing') {
  test('sandbox: bubblewrap', ({ skip }) => {
    skip(`it does not work here: ${probe.why}`);
    expect(probe.kind).toBe('bubblewrap');
  });
} else {
  if (findCgroupRoots())
    sandboxContract('bubblewrap with control groups', localDriver({ driver: 'bubblewrap' }), {
      doesNotApply: WRAPPED,
    });

  sandboxContract('bubblewrap', localDriver({ driver: 'bubblewrap', cgroups: false }), {
    doesNotApply: [...WRAPPED, 'the memory of all processes together is bounded, and the log says so'],
  });
}
