import type {
  BatchGetProjectsCommandInput,
  BatchGetProjectsCommandOutput,
  CreateProjectCommandInput,
  CreateProjectCommandOutput,
  DeleteProjectCommandInput,
  ListProjectsCommandInput,
  ListProjectsCommandOutput,
  Project,
  UpdateProjectCommandInput,
  UpdateProjectCommandOutput,
} from '@aws-sdk/client-codebuild';
import { ApiError } from '../../../kernel/errors.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { formatArn } from '../../../pure/arn.ts';
import { operation, type ServiceOperations } from '../../../wire/operation.ts';
import { announceProject } from '../announce.ts';
import { localPlace } from '../model/cache-place.ts';
import { checkParts } from '../model/project-rules.ts';
import type { ProjectDefinition } from '../model/request.ts';
import { refuseUnavailable } from '../model/unavailable.ts';
import type { CodeBuildParts } from '../parts.ts';
import type { ProjectRow } from '../tables.ts';
import { clearPlace } from '../work/cache/store.ts';
import { byColumn, cutPage, PAGE } from './paging.ts';

type Output<T> = Omit<T, '$metadata'>;

export function projectArn(scope: Scope, name: string): string {
  return formatArn({ service: 'codebuild', ...scope, resource: `project/${name}` });
}

const onProject = (input: { name: string | undefined }, { scope }: { scope: Scope }) => [
  projectArn(scope, input.name as string),
];

export function projectOperations(parts: CodeBuildParts): ServiceOperations {
  const { database } = parts.kernel;
  return {
    CreateProject: operation<CreateProjectCommandInput, Output<CreateProjectCommandOutput>>({
      mutates: true,
      resources: onProject,
      async handler(input, { scope, now }) {
        const definition: ProjectDefinition = input;
        const name = input.name as string;
        await database.transaction(async (tx) => {
          await check(parts, definition, (arn) => parts.deps.iam.roleExists(tx, arn));
          const made = await tx.execute(
            `insert into codebuild_projects (account, region, name, created_at, modified_at, next_build, definition)
             values (?, ?, ?, ?, ?, 1, ?) on conflict (account, region, name) do nothing`,
            [scope.account, scope.region, name, now, now, JSON.stringify(definition)],
          );
          if (made === 0) {
            throw new ApiError(
              'ResourceAlreadyExistsException',
              `Project already exists: ${projectArn(scope, name)}`,
            );
          }
          announceProject(parts.kernel, tx, scope, name);
        });
        return { project: projectOf(scope, { name, created_at: now, modified_at: now }, definition) };
      },
    }),
    UpdateProject: operation<UpdateProjectCommandInput, Output<UpdateProjectCommandOutput>>({
      mutates: true,
      resources: onProject,
      async handler(input, { scope, now }) {
        const name = input.name as string;
        return database.transaction(async (tx) => {
          // Two updates at once: the second one builds on the first.
          const lock = tx.dialect === 'postgres' ? ' for update' : '';
          const [row] = await tx.query<ProjectRow & Record<string, never>>(
            `select name, created_at, modified_at, definition from codebuild_projects where account = ? and region = ? and name = ?${lock}`,
            [scope.account, scope.region, name],
          );
          if (!row) throw missingProject(scope, name);
          const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
          const definition = {
            ...(JSON.parse(row.definition) as ProjectDefinition),
            ...given,
          } as ProjectDefinition;
          await check(parts, definition, (arn) => parts.deps.iam.roleExists(tx, arn));
          await tx.execute(
            'update codebuild_projects set definition = ?, modified_at = ? where account = ? and region = ? and name = ?',
            [JSON.stringify(definition), now, scope.account, scope.region, name],
          );
          announceProject(parts.kernel, tx, scope, name);
          return { project: projectOf(scope, { ...row, modified_at: now }, definition) };
        });
      },
    }),
    DeleteProject: operation<DeleteProjectCommandInput, object>({
      mutates: true,
      resources: onProject,
      async handler(input, { scope }) {
        const name = (input.name as string).replace(/^arn:.*:project\//, '');
        await database.transaction(async (tx) => {
          await tx.execute('delete from codebuild_projects where account = ? and region = ? and name = ?', [
            scope.account,
            scope.region,
            name,
          ]);
          announceProject(parts.kernel, tx, scope, name);
        });
        await clearPlace(parts, scope, { kind: 'local', name: localPlace(name) });
        return {};
      },
    }),
    BatchGetProjects: operation<BatchGetProjectsCommandInput, Output<BatchGetProjectsCommandOutput>>({
      mutates: false,
      resources: (input, { scope }) =>
        (input.names ?? []).map((name) => projectArn(scope, nameOf(scope, name))),
      handler: (input, { scope }) => getProjects(parts, scope, input.names ?? []),
    }),
    ListProjects: operation<ListProjectsCommandInput, Output<ListProjectsCommandOutput>>({
      mutates: false,
      handler: (input, { scope }) => listProjects(parts, scope, input),
    }),
  };
}

export function missingProject(scope: Scope, name: string): ApiError {
  return new ApiError('ResourceNotFoundException', `Project cannot be found: ${projectArn(scope, name)}`);
}

/** Projects are asked for by name or by ARN. */
function nameOf(scope: Scope, name: string): string {
  const prefix = projectArn(scope, '');
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

async function check(
  parts: CodeBuildParts,
  definition: ProjectDefinition,
  roleExists: (arn: string) => Promise<boolean>,
): Promise<void> {
  const unavailable = refuseUnavailable(definition);
  const wrong = checkParts({
    source: definition.source as never,
    secondarySources: definition.secondarySources ?? [],
    artifacts: definition.artifacts as never,
    secondaryArtifacts: definition.secondaryArtifacts ?? [],
    variables: definition.environment?.environmentVariables ?? [],
    cache: definition.cache,
  });
  const problems = [...unavailable, ...wrong];
  if (problems.length > 0) throw new ApiError('InvalidInputException', problems.join('\n'));
  const role = definition.serviceRole as string;
  if (await roleExists(role)) return;
  throw new ApiError(
    'InvalidInputException',
    `CodeBuild is not authorized to perform: sts:AssumeRole on service role: the role ${role} does not exist`,
  );
}

async function getProjects(
  parts: CodeBuildParts,
  scope: Scope,
  names: readonly string[],
): Promise<Output<BatchGetProjectsCommandOutput>> {
  const wanted = [...new Set(names)];
  if (wanted.length === 0)
    throw new ApiError('InvalidInputException', 'At least one project name is required');
  const plain = wanted.map((name) => nameOf(scope, name));
  const rows = await parts.kernel.database.read.query<ProjectRow & Record<string, never>>(
    `select name, created_at, modified_at, definition from codebuild_projects
     where account = ? and region = ? and name in (${plain.map(() => '?').join(', ')})`,
    [scope.account, scope.region, ...plain],
  );
  const found = new Map(rows.map((row) => [row.name, row]));
  return {
    projects: plain.flatMap((name) => {
      const row = found.get(name as never);
      return row ? [projectOf(scope, row, JSON.parse(row.definition) as ProjectDefinition)] : [];
    }),
    projectsNotFound: wanted.filter((_, n) => !found.has(plain[n] as never)),
  };
}

const SORTS = { NAME: 'name', CREATED_TIME: 'created_at', LAST_MODIFIED_TIME: 'modified_at' } as const;

async function listProjects(
  parts: CodeBuildParts,
  scope: Scope,
  input: ListProjectsCommandInput,
): Promise<Output<ListProjectsCommandOutput>> {
  const order = byColumn('projects', SORTS[input.sortBy ?? 'NAME'], input);
  const rows = await parts.kernel.database.read.query<ProjectRow & Record<string, never>>(
    `select name, created_at, modified_at from codebuild_projects where account = ? and region = ?
     ${order.beyond} order by ${order.orderBy} limit ${PAGE + 1}`,
    [scope.account, scope.region, ...order.values],
  );
  const { shown, nextToken } = cutPage(rows, PAGE, order.list, order.at);
  return { projects: shown.map((row) => row.name), nextToken };
}

function projectOf(
  scope: Scope,
  row: Pick<ProjectRow, 'name' | 'created_at' | 'modified_at'>,
  definition: ProjectDefinition,
): Project {
  return {
    ...definition,
    tags: definition.tags ? [...definition.tags] : undefined,
    name: row.name,
    arn: projectArn(scope, row.name),
    created: new Date(row.created_at),
    lastModified: new Date(row.modified_at),
    timeoutInMinutes: definition.timeoutInMinutes ?? 60,
    queuedTimeoutInMinutes: definition.queuedTimeoutInMinutes ?? 480,
    encryptionKey:
      definition.encryptionKey ?? formatArn({ service: 'kms', ...scope, resource: 'alias/aws/s3' }),
    cache: definition.cache ?? { type: 'NO_CACHE' },
    badge: { badgeEnabled: definition.badgeEnabled ?? false },
    projectVisibility: 'PRIVATE',
  };
}
