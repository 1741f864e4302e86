import { randomBytes } from 'node:crypto';
import { closeSync, constants, mkdirSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { type Cgroup, enterCgroup, leaveCgroup, makeCgroup, removeCgroup } from './cgroup.ts';
import { openRunnerClock } from './clock-follow.ts';
import { makeFifos, openPipe, type Pipe } from './fifo.ts';
import { ALIVE, type RunnerSetup, SPARE_PREFIX } from './protocol.ts';

/** Everything that can be made ready before it is known what will run: nothing of it is left for the start. */
export interface Spare {
  /** Becomes the run's folder when it is claimed. */
  readonly folder: string;
  readonly clock: Clock;
  readonly output: Pipe;
  readonly reports: Pipe;
  readonly cgroup: Cgroup | undefined;
  /** Leaves and removes the control group, when nothing was started in it. */
  release(): Promise<void>;
  /** Undoes it all, for a runner that was never needed. */
  discard(): Promise<void>;
}

export async function makeSpare(setup: RunnerSetup): Promise<Spare> {
  const name = `${process.pid}-${randomBytes(6).toString('hex')}`;
  const folder = join(setup.runsDir, `${SPARE_PREFIX}${name}`);
  mkdirSync(folder, { mode: 0o700 });
  // Also when the server goes before all of it is ready; a claimed folder has another name by then.
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const paths = {
    alive: join(folder, ALIVE),
    output: join(folder, 'output'),
    reports: join(folder, 'reports'),
  };
  makeFifos(paths.alive, paths.output, paths.reports);
  // Open for writing as long as this process lives; for reading too, so that opening does not wait for a reader.
  const alive = openSync(paths.alive, constants.O_RDWR);
  const cgroup = setup.cgroups && makeCgroup(setup.cgroups, name);
  if (cgroup) enterCgroup(cgroup);
  const clock = await openRunnerClock(setup.clockSocket);
  const release = async () => {
    if (!cgroup) return;
    await leaveCgroup(cgroup);
    removeCgroup(cgroup);
  };
  return {
    folder,
    clock,
    output: openPipe(paths.output),
    reports: openPipe(paths.reports),
    cgroup,
    release,
    async discard() {
      closeSync(alive);
      rmSync(folder, { recursive: true, force: true });
      await release();
    },
  };
}
