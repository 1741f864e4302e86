import { errorText } from '../../../kernel/errors.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { findBuildRow } from '../builds.ts';
import type { BuildInput, ScriptReport } from '../model/build/inputs.ts';
import { BUILD_KIND, type BuildState } from '../model/build/state.ts';
import { runKey } from '../parts.ts';
import type { BuildPlan } from './build-plan.ts';
import { readReport } from './reports-in.ts';

export interface Followers {
  /** Follows a build's run to its end; following twice is following once. */
  follow(scope: Scope, id: string): void;
  /** Lets go of all runs, which go on. */
  stop(): Promise<void>;
}

const RETRY_MS = 1_000;

/**
 * Brings what runs report into their builds. Followers live in memory: after a restart they are made again and go on
 * after the last report that the build has taken in.
 */
export function createFollowers(kernel: Kernel): Followers {
  const running = new Map<string, Promise<void>>();
  const end = new AbortController();
  return {
    follow(scope, id) {
      const key = `${scope.account}/${scope.region}/${id}`;
      if (running.has(key) || end.signal.aborted) return;
      const following = followPatiently(kernel, scope, id, end.signal).finally(() => running.delete(key));
      running.set(key, following);
    },
    async stop() {
      end.abort();
      await Promise.all(running.values());
    },
  };
}

/** A database that fails for a while must not leave a build without its end. */
async function followPatiently(kernel: Kernel, scope: Scope, id: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      return await followOnce(kernel, scope, id, signal);
    } catch (error) {
      if (signal.aborted) return;
      kernel.logger.error(
        { build: id, error: errorText(error) },
        'a build could not be followed; trying again',
      );
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

async function followOnce(kernel: Kernel, scope: Scope, id: string, signal: AbortSignal): Promise<void> {
  const ref = { kind: BUILD_KIND, id };
  const row = await findBuildRow(kernel.database.read, scope, id);
  const state = await kernel.transitions.load<BuildState>(scope, ref);
  if (!row?.plan || state?.stage !== 'running') return;
  const plan = JSON.parse(row.plan) as BuildPlan;
  const send = (input: BuildInput) => kernel.transitions.run(scope, ref, input);
  const batches = createBatches(state.reportsSeen, (from, reports) =>
    send({ kind: 'reports', from, reports }),
  );
  const end = await kernel.sandbox.wait(
    runKey(id),
    {
      afterReport: state.reportsSeen,
      onReport: async (report) => batches.add(readReport(plan, report)),
    },
    signal,
  );
  await batches.drained();
  await send({ kind: 'run-ended', end });
}

/** Reports that come while some are being committed are committed together next. */
function createBatches(
  seen: number,
  commit: (from: number, reports: readonly ScriptReport[]) => Promise<unknown>,
) {
  let from = seen;
  let waiting: ScriptReport[] = [];
  let pump: Promise<void> | undefined;
  let failure: unknown;
  const run = async () => {
    try {
      while (waiting.length > 0) {
        const reports = waiting;
        waiting = [];
        await commit(from, reports);
        from += reports.length;
      }
    } catch (error) {
      // It reaches whoever comes next.
      failure = error;
    } finally {
      pump = undefined;
    }
  };
  return {
    async add(report: ScriptReport): Promise<void> {
      if (failure) throw failure;
      waiting.push(report);
      pump ??= run();
    },
    async drained(): Promise<void> {
      while (pump) await pump;
      if (failure) throw failure;
    },
  };
}
