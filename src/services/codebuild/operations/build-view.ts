import type { Build, BuildArtifacts, BuildPhase, LogsLocation } from '@aws-sdk/client-codebuild';
import type { Scope } from '../../../kernel/scope.ts';
import { formatArn } from '../../../pure/arn.ts';
import type { FoundBuild } from '../builds.ts';
import { buildArn } from '../model/build/events.ts';
import { openPhase, type PhaseRecord, type UploadedArtifact } from '../model/build/state.ts';

/** A build as the API shows it. */
export function buildView(scope: Scope, { row, request, state }: FoundBuild, pageUrl: string): Build {
  const primary = state.artifacts.find((artifact) => artifact.identifier === undefined);
  return {
    id: row.id,
    arn: buildArn(scope, row.id),
    buildNumber: row.number,
    startTime: new Date(state.startTime),
    endTime: state.endTime === undefined ? undefined : new Date(state.endTime),
    currentPhase: (openPhase(state) ?? state.phases.at(-1))?.type,
    buildStatus: state.status,
    sourceVersion: request.sourceVersion ?? pipelineSourceVersion(request),
    resolvedSourceVersion: state.resolvedSourceVersion,
    projectName: row.project,
    phases: state.phases.map(phaseView),
    source: request.source,
    secondarySources: [...request.secondarySources],
    secondarySourceVersions: [...request.secondarySourceVersions],
    artifacts: artifactView(primary) ?? { location: '' },
    secondaryArtifacts: state.artifacts
      .filter((artifact) => artifact.identifier !== undefined)
      .map((artifact) => artifactView(artifact) as BuildArtifacts),
    cache: request.cache ?? { type: 'NO_CACHE' },
    vpcConfig: request.vpcConfig,
    environment: { ...request.environment, environmentVariables: [...request.variables] },
    serviceRole: request.serviceRole,
    logs: logsView(scope, state.facts.logs, request.logsConfig, pageUrl),
    timeoutInMinutes: request.timeoutMinutes,
    queuedTimeoutInMinutes: request.queuedTimeoutMinutes,
    buildComplete: state.stage === 'ended',
    initiator: request.initiator,
    encryptionKey: request.encryptionKey ?? formatArn({ service: 'kms', ...scope, resource: 'alias/aws/s3' }),
    exportedEnvironmentVariables: Object.entries(state.exported).map(([name, value]) => ({ name, value })),
    reportArns: [...state.reportArns],
    ...retryView(scope, request.retry),
  };
}

function phaseView(phase: PhaseRecord): BuildPhase {
  const { end } = phase;
  return {
    phaseType: phase.type,
    phaseStatus: phase.status ?? (phase.type === 'COMPLETED' ? undefined : 'IN_PROGRESS'),
    startTime: new Date(phase.start),
    ...(end === undefined
      ? {}
      : {
          endTime: new Date(end),
          durationInSeconds: Math.floor((end - phase.start) / 1000),
          contexts: [phase.context ?? { statusCode: '', message: '' }],
        }),
  };
}

function artifactView(artifact: UploadedArtifact | undefined): BuildArtifacts | undefined {
  return (
    artifact && {
      location: artifact.location,
      md5sum: artifact.md5,
      sha256sum: artifact.sha256,
      artifactIdentifier: artifact.identifier,
    }
  );
}

function logsView(
  scope: Scope,
  logs: FoundBuild['state']['facts']['logs'],
  config: FoundBuild['request']['logsConfig'],
  pageUrl: string,
): LogsLocation {
  const { group, stream } = logs;
  const named = group !== undefined && stream !== undefined;
  return {
    groupName: group,
    streamName: stream,
    deepLink: named ? pageUrl : undefined,
    cloudWatchLogsArn: named
      ? formatArn({ service: 'logs', ...scope, resource: `log-group:${group}:log-stream:${stream}` })
      : undefined,
    cloudWatchLogs: config?.cloudWatchLogs ?? { status: 'ENABLED' },
    s3Logs: config?.s3Logs ?? { status: 'DISABLED' },
  };
}

function pipelineSourceVersion(request: FoundBuild['request']): string | undefined {
  const { pipeline } = request;
  const primary = pipeline?.sources.find((source) => source.name === pipeline.primarySource);
  return primary && `arn:aws:s3:::${primary.bucket}/${primary.key}`;
}

function retryView(
  scope: Scope,
  { limit, number, previous }: FoundBuild['request']['retry'],
): Partial<Build> {
  if (limit === 0 && number === 0) return {};
  return {
    autoRetryConfig: {
      autoRetryLimit: limit,
      autoRetryNumber: number,
      previousAutoRetry: previous === undefined ? undefined : buildArn(scope, previous),
    },
  };
}
