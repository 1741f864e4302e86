import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SandboxSpec } from '../../../kernel/sandbox/port.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { formatArn } from '../../../pure/arn.ts';
import type { FoundBuild } from '../builds.ts';
import type { BuildInput } from '../model/build/inputs.ts';
import { BUILD_KIND } from '../model/build/state.ts';
import type { Buildspec } from '../model/buildspec/types.ts';
import { GIT_CREDENTIAL_HELPER } from '../model/git-credentials.ts';
import { judgeImage, memoryOf } from '../model/images.ts';
import { effectless } from '../model/unavailable.ts';
import { chooseUser } from '../model/user.ts';
import { builtInVariables } from '../model/variables.ts';
import { type CodeBuildParts, runKey, uuidOf, workFolder } from '../parts.ts';
import { addAwsCommand } from './aws-command.ts';
import { type BuildPlan, planBuild, preambleLines } from './build-plan.ts';
import { loadBuildspec } from './buildspec-file.ts';
import { restoreCache } from './cache/restore.ts';
import { assumeRole } from './credentials.ts';
import { userVariables } from './environment.ts';
import { BuildFailure } from './failure.ts';
import { clearOrders } from './orders.ts';
import { fetchSources } from './sources.ts';
import { hidesNode, toolPath } from './tool-path.ts';

type Prepared = BuildInput & { readonly kind: 'prepared' };

export interface PreparedBuild {
  readonly input: Prepared;
  readonly plan: BuildPlan;
}

/** Time for `finally` and POST_BUILD after a stop or at the time limit (C1.3), in milliseconds. */
export const CLEANUP_GRACE_MS = 60_000;
const MIB = 2 ** 20;

/**
 * Fetches the source, reads the buildspec and starts its commands. Done again after a crash: what had been prepared is
 * thrown away, but commands that have started are never started again; their plan is read back.
 */
export async function prepareBuild(
  parts: CodeBuildParts,
  scope: Scope,
  build: FoundBuild,
  signal: AbortSignal,
): Promise<PreparedBuild> {
  const { kernel } = parts;
  const { request, state } = build;
  const { id } = build.row;
  const folder = workFolder(kernel, id);
  const planFile = join(kernel.dataDir, 'builds', `${uuidOf(id)}.json`);
  if (await kernel.sandbox.known(runKey(id))) return readBack(planFile);

  const provisionedAt = kernel.clock.now();
  // Told meanwhile: nobody waits for it before the first command runs.
  const ref = { kind: BUILD_KIND, id };
  const told = kernel.transitions.run(scope, ref, { kind: 'downloading', at: provisionedAt } as BuildInput);
  const projectArn = formatArn({ service: 'codebuild', ...scope, resource: `project/${build.row.project}` });
  const role = assumeRole(parts, request, { projectArn, uuid: uuidOf(id) });
  const log = logStream(parts, scope, build);
  // Whoever fails first is told of; the others are only kept from being unhandled.
  for (const promise of [told, role, log]) promise.catch(() => {});

  await rm(folder.root, { recursive: true, force: true });
  await mkdir(folder.source, { recursive: true, mode: 0o755 });
  await Promise.all([
    ...[folder.control, folder.home, folder.tmp].map((path) => mkdir(path)),
    clearOrders(folder.orders),
  ]);
  const fetched = await fetchSources(parts, scope, request, folder, signal);
  const downloadedAt = kernel.clock.now();
  const identifiers = (request.pipeline?.sources ?? [])
    .map((source) => source.name)
    .filter((name) => name !== request.pipeline?.primarySource)
    .concat(request.secondarySources.map((source) => source.sourceIdentifier as string));
  const secondary = Object.fromEntries(identifiers.map((name) => [name, folder.secondary(name)]));
  const { spec, location, warnings } = await loadBuildspec(request.source.buildspec, folder.source, {
    bucket: { s3: parts.deps.s3, scope },
    secondary,
  });
  const runAs = userOf(parts, spec);
  const user = await userVariables(parts, scope, request, spec);
  const tools = toolPath(process.env['PATH']);
  const programs = await addAwsCommand(folder.tools, tools.path);
  const image = judgeImage(request.environment.image as string, request.environment.type as string);
  const restored = await restoreCache(
    parts,
    scope,
    { request, project: build.row.project, spec: spec.cache },
    folder,
    user.variables,
  );
  const kept = spec.exportedVariables.filter((name) => user.kept.includes(name));
  const notes = [
    ...(image.kind === 'substituted' ? [image.note] : []),
    ...effectless(request, process.arch),
    ...(kernel.sandbox.driver === 'process' && hidesNode(tools)
      ? ['The Node of this server lies where the user of builds may not go: install one for everybody.']
      : []),
    ...(request.pipeline && spec.phases.some(({ onFailure }) => onFailure.kind === 'retry')
      ? [
          'on-failure: RETRY has no effect: the pipeline that asked for this build retries its actions itself.',
        ]
      : []),
    ...kept.map((name) => `${name} is a secret of the project: it is not exported.`),
    ...warnings,
    ...restored.notes,
  ];
  const planned = planBuild(
    { ...spec, exportedVariables: spec.exportedVariables.filter((name) => !kept.includes(name)) },
    preambleLines({ source: folder.source, location, spec, notes }),
  );
  const { scripts } = planned;
  const plan: BuildPlan = { ...planned.plan, ...(restored.plan ? { cache: restored.plan } : {}) };
  const builtIn = builtInVariables(
    {
      scope,
      id,
      number: state.facts.number,
      startTime: state.startTime,
      logGroup: state.facts.logs.group,
      logStream: state.facts.logs.stream,
      endpoint: kernel.endpoint(),
    },
    request,
    {
      primary: folder.source,
      secondary,
    },
    request.source.type === 'S3' ? undefined : fetched.resolvedSourceVersion,
  );
  const credentials = await role;
  const sandboxSpec: SandboxSpec = {
    argv: [
      '/bin/bash',
      '-c',
      scripts.supervisor,
      'build',
      folder.control,
      spec.shell === 'sh' ? '/bin/sh' : '/bin/bash',
      folder.orders,
    ],
    env: {
      PATH: programs,
      HOME: folder.home,
      LANG: 'C.UTF-8',
      ...(kernel.sandbox.driver === 'process' ? { TMPDIR: folder.tmp } : {}),
      // Keys of the user's own go with no session token of ours.
      ...('AWS_ACCESS_KEY_ID' in user.variables ? {} : credentials.variables),
      AWS_ENDPOINT_URL: kernel.endpoint(),
      ...(spec.gitCredentialHelper ? GIT_CREDENTIAL_HELPER : {}),
      ...user.variables,
      ...builtIn,
    },
    workDir: folder.root,
    cwd: folder.source,
    mounts: [
      { path: folder.orders, writable: false },
      ...(kernel.sandbox.driver === 'bubblewrap'
        ? [...tools.folders, ...(parts.deps.mounts ?? [])].map((path) => ({ path, writable: false }))
        : []),
    ],
    network: true,
    limits: {
      timeoutMs: state.facts.timeoutMs + 2 * CLEANUP_GRACE_MS,
      memoryBytes: memoryOf(request.environment.computeType as string),
      processes: 8_192,
      outputBytes: 1_024 * MIB,
      diskBytes: 64 * 1_024 * MIB,
    },
    ...(runAs === undefined ? {} : { user: runAs }),
    logStream: await log,
    masks: [...user.masks, ...credentials.masks].filter((mask) => mask !== ''),
  };
  const input: Prepared = {
    kind: 'prepared',
    provisionedAt,
    downloadedAt,
    resolvedSourceVersion: fetched.resolvedSourceVersion,
    collects: collects(plan, build),
    retries: plan.retries,
    tolerates: plan.tolerates,
  };
  await mkdir(join(kernel.dataDir, 'builds'), { recursive: true, mode: 0o700 });
  await Promise.all([
    writeFile(join(folder.control, 'steps.sh'), scripts.steps),
    writeFile(planFile, JSON.stringify({ input, plan } satisfies PreparedBuild), { mode: 0o600 }),
    told,
  ]);
  signal.throwIfAborted();
  await kernel.sandbox.start(runKey(id), sandboxSpec);
  if (signal.aborted) await kernel.sandbox.cancel(runKey(id), 0);
  return { input, plan };
}

/** The Linux user in place of the sandbox's own. */
function userOf({ kernel }: CodeBuildParts, spec: Buildspec): string | undefined {
  const choice = chooseUser(spec);
  if (choice.kind === 'default') return undefined;
  if (choice.kind === 'refused') throw new BuildFailure('YAML_FILE_ERROR', choice.message);
  const why = kernel.sandbox.refusesUser(choice.name);
  if (why === undefined) return choice.name;
  throw new BuildFailure('YAML_FILE_ERROR', `run-as ${choice.name}: ${why}`);
}

async function readBack(planFile: string): Promise<PreparedBuild> {
  const text = await readFile(planFile, 'utf8').catch(() => undefined);
  if (text !== undefined) return JSON.parse(text) as PreparedBuild;
  throw new BuildFailure('INTERNAL_ERROR', 'The commands were started, but what they are to do was lost');
}

/** Whether anything is to be taken in after the run: then the build waits for it before it ends. */
function collects(plan: BuildPlan, { request }: FoundBuild): boolean {
  return (
    plan.reports.length > 0 ||
    plan.cache?.saves === true ||
    (request.pipeline !== undefined && request.pipeline.outputs.length > 0) ||
    request.artifacts.type === 'S3' ||
    request.secondaryArtifacts.some((artifact) => artifact.type === 'S3')
  );
}

/** The kernel's log stream of a build. Builds that log nowhere else still need one to run. */
export async function logStream(
  parts: CodeBuildParts,
  scope: Scope,
  { row, state }: FoundBuild,
): Promise<string> {
  const { group, stream } = state.facts.logs;
  if (group === undefined || stream === undefined) return `codebuild/${uuidOf(row.id)}`;
  return parts.deps.logs.openStream(scope, group, stream);
}
