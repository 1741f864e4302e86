import type {
  BatchDeleteBuildsCommandInput,
  BatchDeleteBuildsCommandOutput,
  BatchGetBuildsCommandInput,
  BatchGetBuildsCommandOutput,
  Build,
  RetryBuildCommandInput,
  RetryBuildCommandOutput,
  StartBuildCommandInput,
  StartBuildCommandOutput,
  StopBuildCommandInput,
  StopBuildCommandOutput,
} from '@aws-sdk/client-codebuild';
import { ApiError } from '../../../kernel/errors.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { operation, type Principal, type ServiceOperations } from '../../../wire/operation.ts';
import { findBuild } from '../builds.ts';
import { BUILD_KIND } from '../model/build/state.ts';
import { requestOf } from '../model/request.ts';
import { type CodeBuildParts, uuidOf } from '../parts.ts';
import { hashOf, startBuild } from '../start-build.ts';
import { buildView } from './build-view.ts';
import { projectArn } from './projects.ts';

type Output<T> = Omit<T, '$metadata'>;

/** AWS takes an idempotency token back after five minutes. */
const TOKEN_MS = 5 * 60_000;

export function buildOperations(parts: CodeBuildParts): ServiceOperations {
  const ofBuild = (input: { id?: string }, { scope }: { scope: Scope }) => [
    projectArn(scope, projectOfId(idOf(scope, input.id ?? ''))),
  ];
  return {
    StartBuild: operation<StartBuildCommandInput, Output<StartBuildCommandOutput>>({
      mutates: true,
      resources: (input, { scope }) => [projectArn(scope, input.projectName as string)],
      async handler(input, { scope, principal }) {
        const { idempotencyToken, ...rest } = input;
        const project = (input.projectName as string).replace(projectArn(scope, ''), '');
        const id = await startBuild(parts, scope, {
          project,
          ...tokenKey('token', project, idempotencyToken, rest),
          request: (definition) => requestOf(definition, input, initiatorOf(principal)),
        });
        return { build: await needView(parts, scope, id) };
      },
    }),
    RetryBuild: operation<RetryBuildCommandInput, Output<RetryBuildCommandOutput>>({
      mutates: true,
      resources: ofBuild,
      async handler(input, { scope, principal }) {
        if (input.id === undefined) throw new ApiError('InvalidInputException', 'Build ID cannot be null');
        const former = await findBuild(parts, scope, idOf(scope, input.id as string));
        if (!former) throw missingBuild(input.id as string);
        if (former.state.stage !== 'ended') {
          throw new ApiError(
            'InvalidInputException',
            `Build ${former.row.id} has not ended yet: it cannot be retried`,
          );
        }
        if (former.request.pipeline) {
          throw new ApiError('InvalidInputException', 'A build of a pipeline is retried by the pipeline');
        }
        const id = await startBuild(parts, scope, {
          project: former.row.project,
          ...tokenKey('retry-token', former.row.id, input.idempotencyToken, {}),
          request: () => ({
            ...former.request,
            initiator: initiatorOf(principal),
            retry: { limit: former.request.retry.limit, number: 0, previous: former.row.id },
          }),
        });
        return { build: await needView(parts, scope, id) };
      },
    }),
    StopBuild: operation<StopBuildCommandInput, Output<StopBuildCommandOutput>>({
      mutates: true,
      resources: ofBuild,
      async handler(input, { scope }) {
        const id = idOf(scope, input.id as string);
        const found = await findBuild(parts, scope, id);
        if (!found) throw missingBuild(id);
        await parts.kernel.transitions.run(scope, { kind: BUILD_KIND, id }, { kind: 'stop' });
        return { build: await needView(parts, scope, id) };
      },
    }),
    BatchGetBuilds: operation<BatchGetBuildsCommandInput, Output<BatchGetBuildsCommandOutput>>({
      mutates: false,
      resources: (input, { scope }) => [
        ...new Set((input.ids ?? []).map((id) => projectArn(scope, projectOfId(idOf(scope, id))))),
      ],
      async handler(input, { scope }) {
        const builds: Build[] = [];
        const buildsNotFound: string[] = [];
        for (const id of new Set(input.ids ?? [])) {
          const view = await findView(parts, scope, idOf(scope, id));
          if (view) builds.push(view);
          else buildsNotFound.push(id);
        }
        return { builds, buildsNotFound };
      },
    }),
    BatchDeleteBuilds: operation<BatchDeleteBuildsCommandInput, Output<BatchDeleteBuildsCommandOutput>>({
      mutates: true,
      resources: (input, { scope }) => [
        ...new Set((input.ids ?? []).map((id) => projectArn(scope, projectOfId(idOf(scope, id))))),
      ],
      handler: (input, { scope }) => deleteBuilds(parts, scope, input.ids ?? []),
    }),
  };
}

/** Builds are named by id or by ARN. */
export function idOf(scope: Scope, id: string): string {
  const prefix = `arn:aws:codebuild:${scope.region}:${scope.account}:build/`;
  return id.startsWith(prefix) ? id.slice(prefix.length) : id;
}

function projectOfId(id: string): string {
  return id.slice(0, Math.max(0, id.lastIndexOf(':')));
}

function tokenKey(kind: string, about: string, token: string | undefined, input: object) {
  if (token === undefined) return {};
  return { key: `${kind}/${about}/${token}`, hash: hashOf(input), keyMs: TOKEN_MS };
}

/** The last part of the caller's ARN: a user's name, `role/session`, `root`. */
function initiatorOf(principal: Principal): string {
  const resource = principal.arn.split(':').slice(5).join(':');
  return resource.replace(/^(user|assumed-role)\//, '');
}

function missingBuild(id: string): ApiError {
  return new ApiError('ResourceNotFoundException', `Build does not exist: ${id}`);
}

async function findView(parts: CodeBuildParts, scope: Scope, id: string): Promise<Build | undefined> {
  const found = await findBuild(parts, scope, id);
  if (!found) return undefined;
  const page = `${parts.kernel.endpoint()}/_pipewright/console/builds/${encodeURIComponent(found.row.project)}/${uuidOf(id)}`;
  return buildView(scope, found, page);
}

async function needView(parts: CodeBuildParts, scope: Scope, id: string): Promise<Build> {
  return (await findView(parts, scope, id)) as Build;
}

async function deleteBuilds(
  parts: CodeBuildParts,
  scope: Scope,
  ids: readonly string[],
): Promise<Output<BatchDeleteBuildsCommandOutput>> {
  const buildsDeleted: string[] = [];
  const buildsNotDeleted: { id: string; statusCode: string }[] = [];
  for (const id of new Set(ids.map((each) => idOf(scope, each)))) {
    const found = await findBuild(parts, scope, id);
    if (!found) buildsNotDeleted.push({ id, statusCode: 'BUILD_NOT_FOUND' });
    else if (found.state.stage !== 'ended') buildsNotDeleted.push({ id, statusCode: 'BUILD_IN_PROGRESS' });
    else {
      // Its history stays, as that of every aggregate; the build is no longer listed or found.
      await parts.kernel.database.transaction((tx) =>
        tx.execute('delete from codebuild_builds where account = ? and region = ? and id = ?', [
          scope.account,
          scope.region,
          id,
        ]),
      );
      buildsDeleted.push(`arn:aws:codebuild:${scope.region}:${scope.account}:build/${id}`);
    }
  }
  return {
    ...(buildsDeleted.length > 0 ? { buildsDeleted } : {}),
    ...(buildsNotDeleted.length > 0 ? { buildsNotDeleted } : {}),
  };
}
