import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Clock } from '../../kernel/clock.ts';
import { createSystemClock } from '../../kernel/clock-system.ts';
import { createFileLogStreams } from '../../kernel/log-streams/file-log-streams.ts';
import { createSandbox } from '../../kernel/sandbox/create-sandbox.ts';
import type { RunReport, Sandbox, SandboxSpec } from '../../kernel/sandbox/port.ts';
import { createLogger } from '../../kernel/telemetry/logger.ts';
import {
  BuildFailure,
  type Buildspec,
  chooseUser,
  clearOrders,
  type LoadedBuildspec,
  loadBuildspec,
  orderStop,
  planBuild,
  preambleLines,
  readReport,
  toolPath,
} from '../../services/codebuild/local.ts';
import { type Collected, collectLocally } from './collect.ts';
import { localEnvironment } from './environment.ts';
import type { RunRequest } from './options.ts';
import { LocalProgress, type PhaseSummary } from './progress.ts';

export interface LocalBuildOptions extends Partial<Omit<RunRequest, 'dir'>> {
  /** Where the build runs, in place. */
  readonly dir: string;
  /** Takes the log as it comes and the summary, in whole lines. */
  readonly output: { write(text: string): unknown };
  /** Ends the build; `finally` and POST_BUILD still run. */
  readonly signal?: AbortSignal;
  /** Ends it without them. */
  readonly kill?: AbortSignal;
}

export interface LocalBuildResult extends Collected {
  /** 0 when the build succeeded, 1 when it did not, 2 when its definition is wrong (C8.3). */
  readonly exitCode: number;
  readonly status: string;
  readonly phases: readonly PhaseSummary[];
  readonly exportedVariables: Readonly<Record<string, string>>;
}

const HOUR = 3_600_000;
const GRACE_MS = 60_000;
const GIB = 2 ** 30;

/**
 * Runs the build of a folder without a server (C8): the same parser, shell and state machine as on the platform, in the
 * folder itself. No cache and no secrets of the platform are used.
 */
export async function runLocalBuild(options: LocalBuildOptions): Promise<LocalBuildResult> {
  const say = (line: string) => void options.output.write(`${line}\n`);
  const source = realpathSync(options.dir);
  let loaded: LoadedBuildspec;
  try {
    loaded = await loadBuildspec(options.buildspec, source, {
      secondary: options.secondarySources ?? {},
    });
    refuseSecrets(loaded.spec, options.env ?? {});
  } catch (error) {
    if (!(error instanceof BuildFailure)) throw error;
    for (const line of error.details.length > 0 ? error.details : [error.message]) say(line);
    return { exitCode: 2, status: 'FAILED', phases: [], reports: [], exportedVariables: {} };
  }
  const folder = mkdtempSync(join(tmpdir(), 'pipewright-run-'));
  const clock = createSystemClock();
  const sandbox = await createSandbox({
    dataDir: join(folder, 'data'),
    clock,
    logger: createLogger({ level: 'silent' }),
    driver: options.driver ?? 'process',
    spares: 0,
    // The folder is the user's own: it is not given to anybody else.
    runAs: 'self',
  });
  try {
    return await runIn({ options, source, folder, clock, sandbox, loaded, say });
  } finally {
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
  }
}

interface Run {
  readonly options: LocalBuildOptions;
  readonly source: string;
  readonly folder: string;
  readonly clock: Clock;
  readonly sandbox: Sandbox;
  readonly loaded: LoadedBuildspec;
  readonly say: (line: string) => void;
}

async function runIn(run: Run): Promise<LocalBuildResult> {
  const { options, source, folder, clock, sandbox, loaded, say } = run;
  const notes = [
    `Local run with the ${sandbox.driver} sandbox; no cache is used.`,
    ...(options.notes ?? []),
    ...userNotes(loaded.spec),
    ...loaded.warnings,
  ];
  const { plan, scripts } = planBuild(
    loaded.spec,
    preambleLines({ source, location: loaded.location, spec: loaded.spec, notes }),
  );
  const [control, orders] = [join(folder, 'control'), join(folder, 'orders')];
  await mkdir(control);
  await writeFile(join(control, 'steps.sh'), scripts.steps);
  await clearOrders(orders);
  const progress = new LocalProgress(basename(source), clock, plan);
  const spec = sandboxSpec(run, { control, orders, key: progress.key, supervisor: scripts.supervisor });
  const logs = createFileLogStreams({ dir: join(folder, 'data', 'logs'), clock });
  const printed = print(logs.tail('local', 0, new AbortController().signal), say);
  const cancel = () => {
    progress.stopped();
    void orderStop(orders).then(() => sandbox.cancel(progress.key, GRACE_MS));
  };
  const kill = () => void sandbox.cancel(progress.key, 0);
  options.signal?.addEventListener('abort', cancel);
  options.kill?.addEventListener('abort', kill);
  try {
    await sandbox.start(progress.key, spec);
    if (options.signal?.aborted) cancel();
    const end = await sandbox.wait(
      progress.key,
      { onReport: async (report: RunReport) => progress.report(readReport(plan, report)) },
      new AbortController().signal,
    );
    await (await logs.writer('local')).end();
    await printed;
    progress.ended(end);
  } finally {
    options.signal?.removeEventListener('abort', cancel);
    options.kill?.removeEventListener('abort', kill);
  }
  const { artifacts, reports } = options;
  const collected = await collectLocally({ source, artifacts, reports, say }, plan, progress);
  for (const line of progress.summary()) say(line);
  const exitCode = progress.status === 'SUCCEEDED' ? 0 : 1;
  const { status, phases, exported } = progress;
  return { exitCode, status, phases, ...collected, exportedVariables: exported };
}

function sandboxSpec(
  { options, source, folder, clock, sandbox, loaded }: Run,
  own: {
    readonly control: string;
    readonly orders: string;
    readonly key: string;
    readonly supervisor: string;
  },
): SandboxSpec {
  const secondarySources = options.secondarySources ?? {};
  const places = { source, secondarySources, folder };
  const tools = sandbox.driver === 'bubblewrap' ? toolPath(process.env['PATH']).folders : [];
  const shell = loaded.spec.shell === 'sh' ? '/bin/sh' : '/bin/bash';
  return {
    argv: ['/bin/bash', '-c', own.supervisor, 'build', own.control, shell, own.orders],
    env: localEnvironment(places, loaded.spec, options.env ?? {}, sandbox.driver, {
      key: own.key,
      startTime: clock.now(),
    }),
    workDir: source,
    cwd: source,
    mounts: [
      { path: own.control, writable: true },
      { path: own.orders, writable: false },
      ...Object.values(secondarySources).map((path) => ({ path, writable: true })),
      ...tools.map((path) => ({ path, writable: false })),
    ],
    network: true,
    limits: {
      timeoutMs: 36 * HOUR,
      memoryBytes: 64 * GIB,
      processes: 8_192,
      outputBytes: 4 * GIB,
      diskBytes: 1_024 * GIB,
    },
    logStream: 'local',
    masks: options.masks ?? [],
  };
}

/** A local run is done by whoever asked for it. */
function userNotes(spec: Buildspec): readonly string[] {
  const choice = chooseUser(spec);
  if (choice.kind === 'default') return [];
  const asked = choice.kind === 'user' ? `run-as ${choice.name}` : choice.message;
  return [`${asked}: a local run does everything as yourself.`];
}

async function print(
  batches: AsyncIterable<readonly { readonly text: string }[]>,
  say: (line: string) => void,
) {
  for await (const batch of batches) for (const line of batch) say(line.text);
}

/** No platform secret is read here; a value may be given by hand instead. */
function refuseSecrets(spec: Buildspec, env: Readonly<Record<string, string>>): void {
  const names = [...Object.keys(spec.parameterStore), ...Object.keys(spec.secretsManager)].filter(
    (name) => !(name in env),
  );
  if (names.length === 0) return;
  throw new BuildFailure(
    'SECRETS_NOT_AVAILABLE',
    `A local run reads no parameters and no secrets: give ${names.map((name) => `--env ${name}=…`).join(' ')}`,
  );
}
