import type { ChildProcess } from 'node:child_process';
import { errorText, Fault } from '../errors.ts';
import type { LogWriter } from '../log-streams/port.ts';
import { openLogWriter } from '../log-streams/writer.ts';
import { leaveCgroup, limitCgroup, outOfMemoryKills, removeCgroup } from './cgroup.ts';
import type { Claimed } from './claim.ts';
import { outgrown } from './disk.ts';
import { drained } from './drain.ts';
import { type ExitStatus, endOf } from './end.ts';
import { identify } from './identity.ts';
import { launchOf } from './launch.ts';
import { pumpOutput } from './output.ts';
import { prepare } from './prepare.ts';
import type { Claim, RunnerSetup } from './protocol.ts';
import { collectReports } from './reports.ts';
import type { Spare } from './spare.ts';
import { type Spawned, spawnCommand } from './spawn.ts';
import { createStopper, DEFAULT_GRACE_MS, readGrace, type Stopper } from './stopping.ts';
import { killTree, type Tree } from './tree.ts';
import { within } from './within.ts';

/** How long what the command left behind may still write (`> >(tee log)`) before it is killed. */
const LAST_WORDS_MS = 200;
/** How long nothing may come from a pipe that somebody holds open who cannot be killed. */
const PIPE_PATIENCE_MS = 2000;
/** The runner's own threads count in the group until it has left. */
const RUNNER_THREADS = 32;

export interface Running {
  /** Resolves when the end is recorded. */
  readonly ended: Promise<void>;
  /** Ends it because a server asks for it (`cancelled`), or because this process has to end (`told`). */
  stop(why: 'cancelled' | 'told'): void;
}

/** Starts the command. Throws when it could not be started. */
export async function startRun(
  setup: RunnerSetup,
  spare: Spare,
  request: Claim,
  claimed: Claimed,
): Promise<Running> {
  const { spec, driver } = request;
  const { cgroup } = spare;
  const { program } = prepare(spec, driver);
  const launch = launchOf(driver, { spec, program, cgroup, marker: claimed.marker });
  if (cgroup && !limitCgroup(cgroup, spec.limits.memoryBytes, spec.limits.processes + RUNNER_THREADS))
    throw new Fault(`the system refuses the limits ${JSON.stringify(spec.limits)}`);
  const writer = await openLogWriter(setup.logsDir, spec.logStream, { now: spare.clock.now });
  try {
    const spawned = await spawnCommand(launch, driver, spare, claimed.folder);
    return follow(spare, request, claimed, writer, spawned);
  } catch (error) {
    await writer.close();
    throw error;
  }
}

function follow(
  spare: Spare,
  { spec }: Claim,
  claimed: Claimed,
  writer: LogWriter,
  { child, launch, setUp }: Spawned,
): Running {
  const { clock, cgroup } = spare;
  const { limits } = spec;
  const { journal, folder, marker } = claimed;
  const exit = exitOf(child);
  const leader = identify(child.pid as number);
  journal.append({ kind: 'started', at: clock.now(), process: leader });

  const tree: Tree = { leader, ...(cgroup && { cgroup }), ...(marker !== undefined && { marker }) };
  const stopper = createStopper(tree, launch.wrapped ? leader.pid : undefined);
  const now = clock.now;
  const output = pumpOutput(spare.output.reading(), writer, {
    masks: spec.masks,
    limit: limits.outputBytes,
    now,
  });
  const reports = collectReports(spare.reports.reading(), journal, now);
  const unwatch = watchLimits(spare, spec, stopper);
  const left =
    cgroup && leaveCgroup(cgroup).then(() => limitCgroup(cgroup, limits.memoryBytes, limits.processes));

  /** Nobody of the run is left and all that was said is in the log and the journal. */
  const settle = async () => {
    const pipes = Promise.all([output.done, reports.done]);
    pipes.catch(() => {});
    await within(pipes, LAST_WORDS_MS);
    await killTree(tree);
    stopper.done();
    const unwanted = () => stopper.reason() !== undefined;
    if (await drained([output, reports], PIPE_PATIENCE_MS, unwanted)) return pipes;
    output.stop();
    reports.stop();
    // A log that waits for room on the disk is waited for, unless the run is wanted no more.
    if (unwanted()) await writer.close();
    return pipes;
  };
  const finish = async () => {
    const status = await exit;
    const at = clock.now();
    const reason = stopper.reason();
    unwatch();
    try {
      await left;
      await settle();
      const outOfMemory = cgroup ? outOfMemoryKills(cgroup) > 0 : false;
      const cause = outOfMemory ? `the memory limit of ${limits.memoryBytes} bytes was reached` : undefined;
      const end = endOf({ at, status, wrapped: launch.wrapped, setUp: setUp(), reason, cause });
      const why = end.kind === 'signalled' ? (end.cause ?? cause) : cause;
      if (why !== undefined) await output.note(why);
      if (reports.refused() > 0)
        await output.note(`${reports.refused()} lines of the report pipe are no reports`);
      await writer.flush();
      await writer.close();
      await journal.appendPatiently({ kind: 'end', end });
    } catch (error) {
      await killTree(tree);
      const why = stopper.reason();
      const end = why && endOf({ at, status, wrapped: launch.wrapped, setUp: true, reason: why });
      const fault = { kind: 'fault', at, cause: `the runner failed: ${errorText(error)}` } as const;
      await journal.appendPatiently({ kind: 'end', end: end ?? fault });
    }
    journal.sync();
    if (cgroup) removeCgroup(cgroup);
  };
  const stop = (kind: 'cancelled' | 'told') =>
    stopper.stop({ kind }, kind === 'cancelled' ? readGrace(folder) : DEFAULT_GRACE_MS);
  return { ended: finish(), stop };
}

function exitOf(child: ChildProcess): Promise<ExitStatus> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
}

function watchLimits({ clock }: Spare, { limits, workDir }: Claim['spec'], stopper: Stopper): () => void {
  const cancelTimer = clock.wakeAt(clock.now() + limits.timeoutMs, () =>
    stopper.stop({ kind: 'timed-out' }, DEFAULT_GRACE_MS),
  );
  const watching = new AbortController();
  const watchDisk = async () => {
    if (!(await outgrown(workDir, limits.diskBytes, watching.signal))) return;
    const cause = `the work folder grew beyond ${limits.diskBytes} bytes`;
    stopper.stop({ kind: 'limit', cause }, 0);
  };
  void watchDisk();
  return () => {
    cancelTimer();
    watching.abort();
  };
}
