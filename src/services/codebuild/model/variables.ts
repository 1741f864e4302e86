import type { Scope } from '../../../kernel/scope.ts';
import { formatArn } from '../../../pure/arn.ts';
import type { BuildRequest } from './request.ts';

export interface BuildPlaces {
  /** Source folders: the primary one and the others by identifier. */
  readonly primary: string;
  readonly secondary: Readonly<Record<string, string>>;
}

export interface BuildIdentity {
  readonly scope: Scope;
  /** `<project>:<uuid>`. */
  readonly id: string;
  readonly number: number;
  readonly startTime: number;
  readonly logGroup: string | undefined;
  readonly logStream: string | undefined;
  readonly endpoint: string;
}

/** The built-in variables of a build (C1.15; build-env-ref-env-vars). Commands see them and cannot be given others. */
export function builtInVariables(
  identity: BuildIdentity,
  request: BuildRequest,
  places: BuildPlaces,
  resolvedSourceVersion: string | undefined,
): Readonly<Record<string, string>> {
  const { scope, id } = identity;
  const variables: Record<string, string | undefined> = {
    AWS_REGION: scope.region,
    AWS_DEFAULT_REGION: scope.region,
    AWS_ACCOUNT_ID: scope.account,
    CODEBUILD_BUILD_ARN: formatArn({ service: 'codebuild', ...scope, resource: `build/${id}` }),
    CODEBUILD_BUILD_ID: id,
    CODEBUILD_BUILD_IMAGE: request.environment.image,
    CODEBUILD_BUILD_NUMBER: String(identity.number),
    CODEBUILD_BUILD_SUCCEEDING: '1',
    CODEBUILD_CI: 'true',
    CODEBUILD_INITIATOR: request.initiator,
    CODEBUILD_KMS_KEY_ID: request.encryptionKey ?? defaultKey(scope),
    CODEBUILD_LOG_PATH: identity.logStream,
    CODEBUILD_LOG_GROUP: identity.logGroup,
    CODEBUILD_PROJECT_ARN: formatArn({
      service: 'codebuild',
      ...scope,
      resource: `project/${id.slice(0, id.lastIndexOf(':'))}`,
    }),
    CODEBUILD_RESOLVED_SOURCE_VERSION: resolvedSourceVersion,
    CODEBUILD_SOURCE_REPO_URL: request.source.location,
    CODEBUILD_SOURCE_VERSION: request.pipeline ? pipelineVersion(request) : request.sourceVersion,
    CODEBUILD_SRC_DIR: places.primary,
    CODEBUILD_START_TIME: String(identity.startTime),
  };
  for (const [identifier, folder] of Object.entries(places.secondary)) {
    variables[`CODEBUILD_SRC_DIR_${identifier}`] = folder;
  }
  for (const source of request.secondarySources) {
    variables[`CODEBUILD_SOURCE_REPO_URL_${source.sourceIdentifier}`] = source.location;
  }
  for (const { sourceIdentifier, sourceVersion } of request.secondarySourceVersions) {
    variables[`CODEBUILD_SOURCE_VERSION_${sourceIdentifier}`] = sourceVersion;
  }
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined)) as Record<
    string,
    string
  >;
}

function defaultKey(scope: Scope): string {
  return formatArn({ service: 'kms', ...scope, resource: 'alias/aws/s3' });
}

/** For a pipeline AWS gives the ARN of the primary input artifact. */
function pipelineVersion(request: BuildRequest): string | undefined {
  const primary = request.pipeline?.sources.find((source) => source.name === request.pipeline?.primarySource);
  return primary && `arn:aws:s3:::${primary.bucket}/${primary.key}`;
}
