import type {
  EnvironmentVariable,
  ProjectArtifacts,
  ProjectCache,
  ProjectSource,
} from '@aws-sdk/client-codebuild';
import { formatFinding } from '../../../kernel/errors.ts';
import { leavesBase } from './buildspec/file-set.ts';
import { parseBuildspec } from './buildspec/parse.ts';
import { checkCache } from './cache-place.ts';
import { isInlineBuildspec } from './request.ts';

const SOURCES = ['CODECOMMIT', 'CODEPIPELINE', 'S3', 'NO_SOURCE'];

export interface ProjectParts {
  readonly source: ProjectSource;
  readonly secondarySources: readonly ProjectSource[];
  readonly artifacts: ProjectArtifacts;
  readonly secondaryArtifacts: readonly ProjectArtifacts[];
  readonly variables: readonly EnvironmentVariable[];
  readonly cache?: ProjectCache | undefined;
}

/** What is wrong with the parts of a project or of a start taken together, a sentence each. */
export function checkParts(parts: ProjectParts): readonly string[] {
  const { source, artifacts } = parts;
  const pipeline = source.type === 'CODEPIPELINE';
  return [
    ...checkSource(source, 'Project source'),
    ...parts.secondarySources.flatMap((other) =>
      checkSource(other, `Source ${other.sourceIdentifier ?? '?'}`),
    ),
    ...checkNames(
      'secondary source',
      'sourceIdentifier',
      parts.secondarySources.map((s) => s.sourceIdentifier),
    ),
    ...checkArtifacts(artifacts, 'Project artifacts'),
    ...parts.secondaryArtifacts.flatMap((other) =>
      checkArtifacts(other, `Artifacts ${other.artifactIdentifier ?? '?'}`),
    ),
    ...checkNames(
      'secondary artifact',
      'artifactIdentifier',
      parts.secondaryArtifacts.map((artifact) => artifact.artifactIdentifier),
    ),
    ...(pipeline !== (artifacts.type === 'CODEPIPELINE')
      ? ['Invalid artifacts: source and artifacts must both be of type CODEPIPELINE or neither']
      : []),
    ...checkVariables(parts.variables),
    ...checkCache(parts.cache),
  ];
}

function checkSource(source: ProjectSource, what: string): string[] {
  const { type, location, buildspec } = source;
  if (!SOURCES.includes(type as string)) {
    return [
      `${what}: sources of type ${type} are not available on this server; use one of ${SOURCES.join(', ')}`,
    ];
  }
  const problems: string[] = [];
  if ((type === 'CODECOMMIT' || type === 'S3') && !location)
    problems.push(`${what}: location is required for ${type}`);
  if (type === 'S3' && location && !/^[^/]+\/.+$/.test(location.replace(/^arn:aws:s3:::/, ''))) {
    problems.push(`${what}: the location of an S3 source is <bucket>/<key>, not ${location}`);
  }
  if (type === 'NO_SOURCE' && !buildspec) problems.push(`${what}: NO_SOURCE needs a buildspec given as text`);
  if (buildspec) problems.push(...checkBuildspec(buildspec, type === 'NO_SOURCE', what));
  return problems;
}

function checkBuildspec(buildspec: string, inlineOnly: boolean, what: string): string[] {
  if (isInlineBuildspec(buildspec)) {
    const parsed = parseBuildspec(buildspec, 'buildspec');
    return parsed.kind === 'bad' ? parsed.findings.map(formatFinding) : [];
  }
  if (buildspec.startsWith('arn:')) {
    return /^arn:[^:]+:s3:::[^/]+\/.+$/.test(buildspec)
      ? []
      : [`${what}: ${buildspec} is not the ARN of an S3 object`];
  }
  if (inlineOnly) return [`${what}: NO_SOURCE needs a buildspec given as text, not a path`];
  return leavesBase(buildspec)
    ? [`${what}: the buildspec ${buildspec} must be a path inside the source`]
    : [];
}

function checkArtifacts(artifacts: ProjectArtifacts, what: string): string[] {
  if (artifacts.type === 'S3' && !artifacts.location)
    return [`${what}: location, a bucket, is required for S3`];
  if (artifacts.path?.split('/').includes('..') || artifacts.name?.split('/').includes('..')) {
    return [`${what}: path and name must not contain ".."`];
  }
  return [];
}

function checkNames(what: string, member: string, names: readonly (string | undefined)[]): string[] {
  const problems = names.includes(undefined) ? [`Each ${what} needs a ${member}`] : [];
  for (const name of names) {
    if (name !== undefined && !/^[A-Za-z0-9_]{1,128}$/.test(name)) {
      problems.push(`The ${member} ${name} may hold letters, digits and _ only`);
    }
  }
  if (new Set(names).size < names.length) problems.push(`Each ${what} needs a ${member} of its own`);
  return problems;
}

function checkVariables(variables: readonly EnvironmentVariable[]): string[] {
  const names = variables.map((variable) => variable.name ?? '');
  const problems = names.flatMap((name) => {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      return [`"${name}" cannot be the name of an environment variable`];
    if (name.startsWith('CODEBUILD_')) return [`${name}: names that begin with CODEBUILD_ are reserved`];
    return [];
  });
  if (new Set(names).size < names.length) problems.push('Environment variable names must be unique');
  return problems;
}
