import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../clock.ts';
import { Fault } from '../errors.ts';
import { createGrowthWatches } from '../log-streams/watcher.ts';
import { findCgroupRoots, sweepCgroups } from '../runner/cgroup.ts';
import { isAlive, processStat } from '../runner/identity.ts';
import { readJournal } from '../runner/journal.ts';
import {
  CANCEL,
  type DriverSettings,
  type JournalRecord,
  type RunAs,
  SPARE_PREFIX,
} from '../runner/protocol.ts';
import { CANCEL_SIGNAL, DEFAULT_GRACE_MS } from '../runner/stopping.ts';
import type { Logger } from '../telemetry/logger.ts';
import { followJournal } from './follow.ts';
import type { RunEnd, RunWatch, Sandbox, SandboxSpec } from './port.ts';
import { probeBubblewrap } from './probe.ts';
import { defaultRunAs, judgeUser, type UserVerdict } from './run-as.ts';
import { runFolder } from './run-folder.ts';
import { createSpares } from './spares.ts';
import { makeWorkRoot } from './work-root.ts';

export interface SandboxOptions {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** `auto` takes bubblewrap where it works. */
  readonly driver: 'auto' | Sandbox['driver'];
  /** Socket at which the test clock is served, in test mode only: runs count their time by it. */
  readonly testClockSocket?: string;
  /** Idle runners kept ready; default 2. Each takes about 13 MB for itself. */
  readonly spares?: number;
  /** The user that commands run as where the server is root; `self` runs them as root. */
  readonly runAs?: RunAs | 'self';
  /** More users that a command may ask to run as. */
  readonly users?: readonly string[];
  /** False does without control groups even where they could be made. */
  readonly cgroups?: boolean;
  /** File that Node starts as a runner; found beside this one when absent. */
  readonly runnerPath?: string;
}

const DEFAULT_SPARES = 2;
const never = new AbortController().signal;

/** Opens the sandbox of a data folder: its log streams lie in `logs`, what it keeps of runs in `runs`. */
export async function createSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { dataDir, clock, logger } = options;
  const runsDir = join(dataDir, 'runs');
  mkdirSync(runsDir, { recursive: true, mode: 0o700 });
  const driver = chooseDriver(options);
  const judge = (name: string) =>
    judgeUser(name, options.users ?? [], options.runAs === 'self' ? 'self' : driver.runAs);
  const cgroups = options.cgroups === false ? undefined : findCgroupRoots();
  sweepSpares(runsDir);
  if (cgroups) sweepCgroups(cgroups);
  const watches = createGrowthWatches();
  const spares = createSpares({
    runnerPath: options.runnerPath ?? findRunner(),
    setup: {
      runsDir,
      logsDir: join(dataDir, 'logs'),
      ...(cgroups && { cgroups }),
      ...(options.testClockSocket !== undefined && { clockSocket: options.testClockSocket }),
    },
    count: options.spares ?? DEFAULT_SPARES,
    compileCache: join(dataDir, 'cache', 'runner'),
    logger,
  });
  const folderOf = (key: string) => join(runsDir, runFolder(key));
  const follow = (key: string, signal: AbortSignal) =>
    followJournal(folderOf(key), watches, clock.now, signal);

  const start = async (key: string, spec: SandboxSpec) => {
    const folder = runFolder(key);
    if (!existsSync(folderOf(key))) {
      const answer = await spares.run({ key, folder, spec, driver: asUser(driver, spec.user, judge) });
      if (answer.kind !== 'taken') return;
    }
    for await (const record of follow(key, never))
      if (record.kind === 'started' || record.kind === 'end') return;
  };
  const wait = async (key: string, watch: RunWatch, signal: AbortSignal): Promise<RunEnd> => {
    let count = 0;
    for await (const record of follow(key, signal)) {
      if (record.kind === 'end') return record.end;
      if (record.kind !== 'report' || ++count <= (watch.afterReport ?? 0)) continue;
      await watch.onReport?.({ at: record.at, data: record.data }, count);
      signal.throwIfAborted();
    }
    return { kind: 'fault', at: clock.now(), cause: `no run ${key} was ever started` };
  };
  const cancel = async (key: string, graceMs = DEFAULT_GRACE_MS) => {
    const folder = folderOf(key);
    const records = recordsOf(folder);
    const claimed = records.find((record) => record.kind === 'claimed');
    if (!claimed || records.some((record) => record.kind === 'end')) return;
    const path = join(folder, CANCEL);
    try {
      writeFileSync(`${path}.new`, JSON.stringify({ graceMs }), { mode: 0o600 });
      renameSync(`${path}.new`, path);
    } catch (error) {
      // A full disk must not keep anybody from stopping what fills it.
      logger.warn({ key, error }, 'the grace of a cancel could not be written');
    }
    if (isAlive(claimed.runner)) process.kill(claimed.runner.pid, CANCEL_SIGNAL);
  };
  const workRoot = makeWorkRoot(dataDir, driver);
  return {
    driver: driver.kind,
    workRoot,
    refusesUser(name) {
      const verdict = judge(name);
      return verdict.kind === 'refused' ? verdict.why : undefined;
    },
    start,
    wait,
    cancel,
    known: async (key) => existsSync(folderOf(key)),
    async forget(key) {
      const folder = folderOf(key);
      if (!existsSync(folder)) return;
      if (!recordsOf(folder).some((record) => record.kind === 'end'))
        throw new Fault(`run ${key} has not ended`);
      // At once, so that nobody sees half of it.
      const gone = join(runsDir, `${SPARE_PREFIX}forgotten-${runFolder(key)}`);
      renameSync(folder, gone);
      await rm(gone, { recursive: true, force: true });
    },
    async close() {
      await spares.close();
      // Goes when nothing is left in it.
      await rmdir(workRoot).catch(() => {});
    },
  };
}

function asUser(
  driver: DriverSettings,
  user: string | undefined,
  judge: (name: string) => UserVerdict,
): DriverSettings {
  if (user === undefined) return driver;
  const verdict = judge(user);
  if (verdict.kind === 'refused') throw new Fault(`no command may run as ${user}: ${verdict.why}`);
  return verdict.runAs ? { ...driver, runAs: verdict.runAs } : driver;
}

function recordsOf(folder: string): JournalRecord[] {
  const journal = readJournal(folder);
  try {
    return journal?.more() ?? [];
  } finally {
    journal?.close();
  }
}

function chooseDriver({ driver, runAs: asked, logger }: SandboxOptions): DriverSettings {
  const runAs = asked === 'self' ? undefined : (asked ?? defaultRunAs());
  if (driver !== 'process') {
    const found = probeBubblewrap(runAs);
    if (found.kind === 'bubblewrap') return found;
    if (driver === 'bubblewrap') throw new Fault(`bubblewrap does not work here: ${found.why}`);
    logger.warn({ reason: found.why }, 'commands run as plain processes (trusted mode)');
  }
  return { kind: 'process', ...(runAs && { runAs }) };
}

/** In the sources a file of its own folder, in the package a bundle beside the server's. */
function findRunner(): string {
  const source = fileURLToPath(new URL('../runner/main.ts', import.meta.url));
  return existsSync(source) ? source : fileURLToPath(new URL('runner.mjs', import.meta.url));
}

/** Folders of idle runners that were killed. */
function sweepSpares(runsDir: string): void {
  for (const name of readdirSync(runsDir)) {
    if (!name.startsWith(SPARE_PREFIX)) continue;
    const pid = Number(name.slice(SPARE_PREFIX.length).split('-')[0]);
    if (!Number.isInteger(pid) || !processStat(pid))
      rmSync(join(runsDir, name), { recursive: true, force: true });
  }
}
