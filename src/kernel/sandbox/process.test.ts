import { sandboxContract } from '../../../testkit/contracts/sandbox.ts';
import { localDriver } from '../../../testkit/sandbox/driver.ts';
import { findCgroupRoots } from '../runner/cgroup.ts';

/** Trusted mode shuts nobody in. */
const TRUSTED = [
  'it cannot read what lies outside of its folder',
  'it cannot write outside of its folder',
  'it sees its own processes only',
  'it has a network only if asked for',
  'folders are mounted as asked, and no other',
];
/** Root's commands run as somebody else; a plain user's server has nobody else. */
const AS_ROOT = process.getuid?.() === 0 ? [] : ['it never runs as root'];

if (findCgroupRoots())
  sandboxContract('process with control groups', localDriver({ driver: 'process' }), {
    doesNotApply: [...TRUSTED, ...AS_ROOT],
  });

sandboxContract('process', localDriver({ driver: 'process', cgroups: false }), {
  doesNotApply: [
    ...TRUSTED,
    ...AS_ROOT,
    'nobody gets away, not even without parent, session and environment',
    'the memory of all processes together is bounded, and the log says so',
  ],
});
