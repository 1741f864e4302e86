import type { DeploymentInfo, RevisionLocation } from '@aws-sdk/client-codedeploy';

/** Who or what created a deployment. */
export function creatorInWords({ creator, rollbackInfo }: DeploymentInfo): string {
  switch (creator) {
    case 'user':
      return 'A person or a pipeline';
    case 'codeDeployRollback':
      return rollbackInfo?.rollbackTriggeringDeploymentId === undefined
        ? 'Rollback'
        : `Rollback of ${rollbackInfo.rollbackTriggeringDeploymentId}`;
    case 'autoscaling':
    case 'CodeDeployAutoUpdate':
      return 'Automatic update of new hosts';
    default:
      return creator ?? '–';
  }
}

/** Where the revision lies. */
export function revisionInWords(revision: RevisionLocation | undefined): string {
  const { s3Location, gitHubLocation } = revision ?? {};
  if (s3Location !== undefined) {
    const version = s3Location.version === undefined ? '' : ` (version ${s3Location.version.slice(0, 12)})`;
    return `s3://${s3Location.bucket}/${s3Location.key}${version}`;
  }
  if (gitHubLocation !== undefined) return `${gitHubLocation.repository}@${gitHubLocation.commitId}`;
  return '–';
}

/** `3 of 4 hosts done, 1 in progress`. */
export function overviewInWords({ deploymentOverview: overview }: DeploymentInfo): string {
  if (overview === undefined) return '–';
  const { Succeeded = 0, Failed = 0, InProgress = 0, Pending = 0, Ready = 0, Skipped = 0 } = overview;
  const total = Succeeded + Failed + InProgress + Pending + Ready + Skipped;
  const parts = [
    [InProgress, 'in progress'],
    [Pending + Ready, 'waiting'],
    [Failed, 'failed'],
    [Skipped, 'skipped'],
  ] as const;
  const rest = parts.filter(([count]) => count > 0).map(([count, words]) => `${count} ${words}`);
  return [`${Succeeded} of ${total} done`, ...rest].join(', ');
}
