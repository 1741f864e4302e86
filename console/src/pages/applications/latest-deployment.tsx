import type { DeploymentGroupInfo, LastDeploymentInfo } from '@aws-sdk/client-codedeploy';
import { AppLink } from '../../ui/app-link.tsx';
import { paths } from '../../ui/paths.ts';
import { Status } from '../../ui/status.tsx';

/** How a deployment stands, and the way to it. */
export function LatestDeployment({ of }: { readonly of: LastDeploymentInfo | undefined }) {
  if (of?.deploymentId === undefined) return <>–</>;
  return (
    <span className="pw-inline">
      <Status of={of.status} />
      <AppLink to={paths.deployment(of.deploymentId)}>{of.deploymentId}</AppLink>
    </span>
  );
}

/** The newest deployment of any group. */
export function latestOf(groups: readonly DeploymentGroupInfo[]): LastDeploymentInfo | undefined {
  return groups
    .flatMap((group) => group.lastAttemptedDeployment ?? [])
    .toSorted((a, b) => (b.createTime?.getTime() ?? 0) - (a.createTime?.getTime() ?? 0))[0];
}
