import { createHash } from 'node:crypto';
import type { LogsConfig } from '@aws-sdk/client-codebuild';
import type { Tx } from '../../kernel/database/port.ts';
import { ApiError } from '../../kernel/errors.ts';
import { newId, nextPosition } from '../../kernel/ids.ts';
import type { Scope } from '../../kernel/scope.ts';
import type { ReplyTo } from '../../kernel/transitions/reply.ts';
import { BUILD_KIND, type BuildFacts } from './model/build/state.ts';
import { judgeImage } from './model/images.ts';
import { checkParts } from './model/project-rules.ts';
import type { BuildRequest, ProjectDefinition } from './model/request.ts';
import type { CodeBuildParts } from './parts.ts';
import { lockSlots, mayBegin } from './slots.ts';

export interface StartRequest {
  readonly project: string;
  /** Starting with the same key and hash again answers the same build. */
  readonly key?: string;
  readonly hash?: string;
  /** How long the key counts; for ever when absent. */
  readonly keyMs?: number;
  readonly replyTo?: ReplyTo;
  /** The request from the project's definition. */
  readonly request: (project: ProjectDefinition) => BuildRequest;
}

/** Starts a build in one commit: its row, its state, and the task that prepares it when a slot is free. */
export function startBuild(parts: CodeBuildParts, scope: Scope, start: StartRequest): Promise<string> {
  return parts.kernel.database.transaction((tx) => startInside(parts, tx, scope, start));
}

export async function startInside(
  parts: CodeBuildParts,
  tx: Tx,
  scope: Scope,
  start: StartRequest,
): Promise<string> {
  const { clock, transitions } = parts.kernel;
  const now = clock.now();
  const known = start.key === undefined ? undefined : await knownBuild(tx, scope, start, now);
  if (known !== undefined) return known;
  const [row] = await tx.query<{ next_build: number; definition: string }>(
    `update codebuild_projects set next_build = next_build + 1 where account = ? and region = ? and name = ?
     returning next_build, definition`,
    [scope.account, scope.region, start.project],
  );
  if (!row) throw new ApiError('ResourceNotFoundException', `Project cannot be found: ${start.project}`);
  const project = JSON.parse(row.definition) as ProjectDefinition;
  const request = start.request(project);
  check(request);
  const facts = factsOf(start.project, newId(), row.next_build - 1, request);
  const id = `${facts.project}:${facts.uuid}`;
  await lockSlots(tx);
  const key = { ...scope, project: start.project };
  const begin = await mayBegin(parts, tx, key, project.concurrentBuildLimit);
  await tx.execute(
    `insert into codebuild_builds (account, region, id, project, number, position, status, slot, started_at, request,
       start_key, start_hash) values (?, ?, ?, ?, ?, ?, 'IN_PROGRESS', 'waiting', ?, ?, ?, ?)`,
    [
      scope.account,
      scope.region,
      id,
      start.project,
      facts.number,
      nextPosition(clock.wall()),
      now,
      JSON.stringify(request),
      start.key ?? null,
      start.hash ?? null,
    ],
  );
  const input = { kind: 'submit', facts, begin, ...(start.replyTo ? { replyTo: start.replyTo } : {}) };
  await transitions.apply(tx, scope, { kind: BUILD_KIND, id }, input);
  return id;
}

/** The build that this key has started. A key whose time is over is taken from it. */
async function knownBuild(
  tx: Tx,
  scope: Scope,
  start: StartRequest,
  now: number,
): Promise<string | undefined> {
  const [row] = await tx.query<{ id: string; started_at: number; start_hash: string | null }>(
    'select id, started_at, start_hash from codebuild_builds where account = ? and region = ? and start_key = ?',
    [scope.account, scope.region, start.key as string],
  );
  if (!row) return undefined;
  if (start.keyMs !== undefined && row.started_at + start.keyMs < now) {
    await tx.execute(
      'update codebuild_builds set start_key = null where account = ? and region = ? and id = ?',
      [scope.account, scope.region, row.id],
    );
    return undefined;
  }
  if ((start.hash ?? null) === row.start_hash) return row.id;
  throw new ApiError(
    'InvalidInputException',
    'The idempotency token was used before with other parameters: use another token',
  );
}

/** What can be known before the start is refused here: nothing has happened then. */
function check(request: BuildRequest): void {
  const image = judgeImage(request.environment.image as string, request.environment.type as string);
  if (image.kind === 'refused') throw new ApiError('InvalidInputException', image.message);
  const problems = checkParts(request);
  if (problems.length > 0) throw new ApiError('InvalidInputException', problems.join('\n'));
  if (request.source.type === 'CODEPIPELINE' && !request.pipeline) {
    throw new ApiError(
      'InvalidInputException',
      'Project source type is CODEPIPELINE: only a pipeline can start its builds, unless the source and artifacts are overridden',
    );
  }
}

function factsOf(project: string, uuid: string, number: number, request: BuildRequest): BuildFacts {
  const { environment, source } = request;
  return {
    project,
    uuid,
    number,
    initiator: request.initiator,
    environment: {
      image: environment.image as string,
      type: environment.type as string,
      computeType: environment.computeType as string,
      privilegedMode: environment.privilegedMode ?? false,
      variables: shownVariables(request),
    },
    source: { type: source.type as string, location: source.location },
    logs: logsOf(project, uuid, request.logsConfig),
    timeoutMs: request.timeoutMinutes * 60_000,
    queuedTimeoutMs: request.queuedTimeoutMinutes * 60_000,
    retry: { limit: request.retry.limit, number: request.retry.number },
  };
}

/** Events carry the variables, the state is bounded: many long ones are told by their names only. */
function shownVariables(request: BuildRequest): BuildFacts['environment']['variables'] {
  const variables = request.variables.map((variable) => ({
    name: variable.name as string,
    value: variable.value ?? '',
    type: variable.type ?? 'PLAINTEXT',
  }));
  if (JSON.stringify(variables).length <= 4_096) return variables;
  return variables.slice(0, 50).map((variable) => ({ ...variable, value: '' }));
}

/** `/aws/codebuild/<project>` and the build's uuid, unless the project says otherwise (C1.14). */
export function logsOf(project: string, uuid: string, config: LogsConfig | undefined): BuildFacts['logs'] {
  const cloudWatch = config?.cloudWatchLogs;
  if (cloudWatch?.status === 'DISABLED') return { group: undefined, stream: undefined };
  return {
    group: cloudWatch?.groupName ?? `/aws/codebuild/${project}`,
    stream: cloudWatch?.streamName ? `${cloudWatch.streamName}/${uuid}` : uuid,
  };
}

export function hashOf(input: unknown): string {
  return createHash('sha256').update(JSON.stringify(input)).digest('hex');
}
