import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { homedir, tmpdir, userInfo } from 'node:os';
import { basename, join } from 'node:path';
import type { Clock } from '../../kernel/clock.ts';
import { createSystemClock } from '../../kernel/clock-system.ts';
import { createFileLogStreams } from '../../kernel/log-streams/file-log-streams.ts';
import { createSandbox } from '../../kernel/sandbox/create-sandbox.ts';
import type { RunReport, Sandbox, SandboxSpec } from '../../kernel/sandbox/port.ts';
import { createLogger } from '../../kernel/telemetry/logger.ts';
import {
  BuildFailure,
  type BuildPlan,
  clearOrders,
  fillIn,
  type LoadedBuildspec,
  loadBuildspec,
  orderStop,
  planBuild,
  preambleLines,
  readReport,
  readReportFiles,
  summaryLine,
  toolPath,
} from '../../services/codebuild/local.ts';
import { copyArtifacts } from './copy-artifacts.ts';
import { LocalProgress } from './progress.ts';

export interface LocalBuildOptions {
  /** Where the build runs, in place. */
  readonly dir: string;
  /** Relative to `dir`; `buildspec.yml` when absent. */
  readonly buildspec?: string;
  /** Set over the buildspec's own variables. Nothing of the platform's secrets is looked up. */
  readonly env?: Readonly<Record<string, string>>;
  /** Takes the log as it comes and the summary, in whole lines. */
  readonly output: { write(text: string): unknown };
  /** Ends the build; `finally` and POST_BUILD still run. */
  readonly signal?: AbortSignal;
  /** Artifacts are copied there; not at all when absent. */
  readonly artifacts?: string;
  readonly driver?: 'auto' | Sandbox['driver'];
}

export interface LocalBuildResult {
  /** 0 when the build succeeded, 1 when it did not, 2 when its definition is wrong (C8.3). */
  readonly exitCode: number;
  readonly status: string;
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
    loaded = await loadBuildspec(options.buildspec, source);
    refuseSecrets(loaded, options.env ?? {});
  } catch (error) {
    if (!(error instanceof BuildFailure)) throw error;
    for (const line of error.details.length > 0 ? error.details : [error.message]) say(line);
    return { exitCode: 2, status: 'FAILED' };
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
  const notes = [`Local run with the ${sandbox.driver} sandbox; no cache is used.`, ...loaded.warnings];
  const { plan, scripts } = planBuild(
    loaded.spec,
    preambleLines({ source, location: loaded.location, spec: loaded.spec, notes }),
  );
  const control = join(folder, 'control');
  await mkdir(control);
  await writeFile(join(control, 'steps.sh'), scripts.steps);
  const orders = join(folder, 'orders');
  await clearOrders(orders);
  const progress = new LocalProgress(basename(source), clock, plan);
  const key = progress.key;
  const shell = loaded.spec.shell === 'sh' ? '/bin/sh' : '/bin/bash';
  const tools = toolPath(process.env['PATH']);
  const spec: SandboxSpec = {
    argv: ['/bin/bash', '-c', scripts.supervisor, 'build', control, shell, orders],
    env: environment(run, key, clock.now()),
    workDir: source,
    cwd: source,
    mounts: [
      { path: control, writable: true },
      { path: orders, writable: false },
      ...(sandbox.driver === 'bubblewrap' ? tools.folders.map((path) => ({ path, writable: false })) : []),
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
    masks: [],
  };
  const logs = createFileLogStreams({ dir: join(folder, 'data', 'logs'), clock });
  const printed = print(logs.tail('local', 0, new AbortController().signal), say);
  const cancel = () => {
    progress.stopped();
    void orderStop(orders).then(() => sandbox.cancel(key, GRACE_MS));
  };
  options.signal?.addEventListener('abort', cancel);
  try {
    await sandbox.start(key, spec);
    if (options.signal?.aborted) cancel();
    const end = await sandbox.wait(
      key,
      { onReport: async (report: RunReport) => progress.report(readReport(plan, report)) },
      new AbortController().signal,
    );
    await (await logs.writer('local')).end();
    await printed;
    progress.ended(end);
  } finally {
    options.signal?.removeEventListener('abort', cancel);
  }
  await collect(run, plan, progress);
  for (const line of progress.summary()) say(line);
  return { exitCode: progress.status === 'SUCCEEDED' ? 0 : 1, status: progress.status };
}

async function print(
  batches: AsyncIterable<readonly { readonly text: string }[]>,
  say: (line: string) => void,
) {
  for await (const batch of batches) for (const line of batch) say(line.text);
}

/** Reports are read and artifacts copied as the platform would, also after a failure. */
async function collect(
  { options, source, say }: Run,
  plan: BuildPlan,
  progress: LocalProgress,
): Promise<void> {
  if (!progress.collects) return;
  const { reports, artifacts } = fillIn(plan, progress.expanded);
  for (const spec of reports) {
    const report = await readReportFiles(source, spec);
    if (!report) say(`Report ${spec.group}: no files found`);
    for (const problem of report?.problems ?? []) say(`Report ${spec.group}: ${problem}`);
    if (report) say(`Report ${spec.group} ${report.status}: ${summaryLine(report.summary)}`);
    for (const test of report?.cases ?? []) {
      if (test.status !== 'FAILED' && test.status !== 'ERROR') continue;
      say(`  ${test.status} ${[test.prefix, test.name].filter(Boolean).join(' ')}`);
      for (const line of test.message.split('\n').slice(0, 5)) say(`    ${line}`);
    }
  }
  if (options.artifacts === undefined || artifacts === undefined) return progress.collected();
  try {
    mkdirSync(options.artifacts, { recursive: true });
    const count = await copyArtifacts(source, artifacts, options.artifacts, say);
    say(`${count} artifact file(s) in ${options.artifacts}`);
    progress.collected();
  } catch (error) {
    if (!(error instanceof BuildFailure)) throw error;
    say(`Artifacts: ${error.message}`);
    progress.collected(error.context);
  }
}

function environment({ options, source, loaded, folder, sandbox }: Run, key: string, now: number) {
  const home = sandbox.driver === 'bubblewrap' ? join(folder, 'control') : homedir();
  const region = process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'] ?? 'us-east-1';
  const kept = ['TERM', 'COLORTERM', 'NO_COLOR', 'FORCE_COLOR', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'];
  const id = `${basename(source)}:${key}`;
  return {
    LANG: 'C.UTF-8',
    ...Object.fromEntries(
      kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
    ),
    PATH: sandbox.driver === 'bubblewrap' ? toolPath(process.env['PATH']).path : (process.env['PATH'] ?? ''),
    HOME: home,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    ...loaded.spec.variables,
    ...options.env,
    CODEBUILD_BUILD_ARN: `arn:aws:codebuild:${region}:000000000000:build/${id}`,
    CODEBUILD_BUILD_ID: id,
    CODEBUILD_BUILD_IMAGE: 'local',
    CODEBUILD_BUILD_NUMBER: '1',
    CODEBUILD_BUILD_SUCCEEDING: '1',
    CODEBUILD_CI: 'true',
    CODEBUILD_INITIATOR: userInfo().username,
    CODEBUILD_LOG_PATH: 'local',
    CODEBUILD_SRC_DIR: source,
    CODEBUILD_START_TIME: String(now),
  } as Record<string, string>;
}

/** No platform secret is read here; a value may be given by hand instead. */
function refuseSecrets({ spec }: LoadedBuildspec, env: Readonly<Record<string, string>>): void {
  const names = [...Object.keys(spec.parameterStore), ...Object.keys(spec.secretsManager)].filter(
    (name) => !(name in env),
  );
  if (names.length === 0) return;
  throw new BuildFailure(
    'SECRETS_NOT_AVAILABLE',
    `A local run reads no parameters and no secrets: give ${names.map((name) => `--env ${name}=…`).join(' ')}`,
  );
}
