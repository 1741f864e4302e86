import type {
  CreateProjectCommandInput,
  EnvironmentVariable,
  LogsConfig,
  ProjectArtifacts,
  ProjectEnvironment,
  ProjectSource,
  ProjectSourceVersion,
  StartBuildCommandInput,
} from '@aws-sdk/client-codebuild';
import { ApiError } from '../../../kernel/errors.ts';
import { refuseOverrides } from './unavailable.ts';

/** A project as it was created, plain JSON. */
export type ProjectDefinition = Omit<CreateProjectCommandInput, 'tags'> & {
  readonly tags?: readonly { readonly key?: string; readonly value?: string }[];
};

export interface ArtifactPlace {
  readonly name: string;
  readonly bucket: string;
  readonly key: string;
}

/** Everything a build needs, settled when it is started: later changes of the project do not reach it. */
export interface BuildRequest {
  readonly source: ProjectSource;
  readonly sourceVersion?: string;
  readonly secondarySources: readonly ProjectSource[];
  readonly secondarySourceVersions: readonly ProjectSourceVersion[];
  readonly artifacts: ProjectArtifacts;
  readonly secondaryArtifacts: readonly ProjectArtifacts[];
  readonly environment: ProjectEnvironment;
  /** Precedence over the buildspec's: those of the project, then those of the start. */
  readonly variables: readonly EnvironmentVariable[];
  readonly serviceRole: string;
  readonly logsConfig?: LogsConfig;
  readonly encryptionKey?: string;
  readonly cache?: ProjectDefinition['cache'];
  readonly vpcConfig?: ProjectDefinition['vpcConfig'];
  readonly timeoutMinutes: number;
  readonly queuedTimeoutMinutes: number;
  readonly initiator: string;
  readonly retry: { readonly limit: number; readonly number: number; readonly previous?: string };
  /** Where a pipeline keeps what goes in and comes out. */
  readonly pipeline?: {
    readonly sources: readonly ArtifactPlace[];
    readonly primarySource: string;
    readonly outputs: readonly ArtifactPlace[];
    readonly resolvedSourceVersion?: string;
  };
}

const DEFAULT_TIMEOUT_MINUTES = 60;
const DEFAULT_QUEUED_MINUTES = 480;

/** A project's settings with what this start says otherwise (C1.12). Refuses what a start cannot have here. */
export function requestOf(
  project: ProjectDefinition,
  start: StartBuildCommandInput,
  initiator: string,
): BuildRequest {
  const unavailable = refuseOverrides(start);
  if (unavailable.length > 0) throw new ApiError('InvalidInputException', unavailable.join('\n'));
  const source = sourceOf(project, start);
  const environment = environmentOf(project, start);
  return {
    source,
    sourceVersion: start.sourceVersion ?? project.sourceVersion,
    secondarySources: start.secondarySourcesOverride ?? project.secondarySources ?? [],
    secondarySourceVersions: start.secondarySourcesVersionOverride ?? project.secondarySourceVersions ?? [],
    artifacts: start.artifactsOverride ?? (project.artifacts as ProjectArtifacts),
    secondaryArtifacts: start.secondaryArtifactsOverride ?? project.secondaryArtifacts ?? [],
    environment,
    variables: merge(
      project.environment?.environmentVariables ?? [],
      start.environmentVariablesOverride ?? [],
    ),
    serviceRole: start.serviceRoleOverride ?? (project.serviceRole as string),
    logsConfig: start.logsConfigOverride ?? project.logsConfig,
    encryptionKey: start.encryptionKeyOverride ?? project.encryptionKey,
    cache: start.cacheOverride ?? project.cache,
    vpcConfig: project.vpcConfig,
    timeoutMinutes: start.timeoutInMinutesOverride ?? project.timeoutInMinutes ?? DEFAULT_TIMEOUT_MINUTES,
    queuedTimeoutMinutes:
      start.queuedTimeoutInMinutesOverride ?? project.queuedTimeoutInMinutes ?? DEFAULT_QUEUED_MINUTES,
    initiator,
    retry: { limit: start.autoRetryLimitOverride ?? project.autoRetryLimit ?? 0, number: 0 },
  };
}

function sourceOf(project: ProjectDefinition, start: StartBuildCommandInput): ProjectSource {
  const source = project.source as ProjectSource;
  const other = start.sourceTypeOverride !== undefined && start.sourceTypeOverride !== source.type;
  return {
    ...source,
    type: start.sourceTypeOverride ?? source.type,
    // The location of one kind of source means nothing to another.
    location: start.sourceLocationOverride ?? (other ? undefined : source.location),
    buildspec: start.buildspecOverride ?? source.buildspec,
    gitCloneDepth: start.gitCloneDepthOverride ?? source.gitCloneDepth,
    gitSubmodulesConfig: start.gitSubmodulesConfigOverride ?? source.gitSubmodulesConfig,
    insecureSsl: start.insecureSslOverride ?? source.insecureSsl,
  };
}

function environmentOf(project: ProjectDefinition, start: StartBuildCommandInput): ProjectEnvironment {
  const environment = project.environment as ProjectEnvironment;
  return {
    ...environment,
    type: start.environmentTypeOverride ?? environment.type,
    image: start.imageOverride ?? environment.image,
    computeType: start.computeTypeOverride ?? environment.computeType,
    privilegedMode: start.privilegedModeOverride ?? environment.privilegedMode ?? false,
  };
}

function merge(
  project: readonly EnvironmentVariable[],
  start: readonly EnvironmentVariable[],
): readonly EnvironmentVariable[] {
  const kept = project.filter((own) => !start.some((other) => other.name === own.name));
  return [...kept, ...start];
}

/** Whether the `buildspec` of a source is the text itself, and not where to find it. */
export function isInlineBuildspec(buildspec: string): boolean {
  return (
    buildspec.includes('\n') || buildspec.trimStart().startsWith('{') || /^\s*version\s*:/.test(buildspec)
  );
}
