import type { ReplyTo } from '../../../../kernel/transitions/reply.ts';
import type { HealthRule, HostStatus } from '../health.ts';
import type { Revision } from '../revision.ts';

export type DeploymentStatus = 'Created' | 'InProgress' | 'Succeeded' | 'Failed' | 'Stopped';
export type RollbackEvent = 'DEPLOYMENT_FAILURE' | 'DEPLOYMENT_STOP_ON_ALARM' | 'DEPLOYMENT_STOP_ON_REQUEST';
export type Creator = 'user' | 'codeDeployRollback' | 'CodeDeployAutoUpdate';

export interface GroupRef {
  readonly applicationName: string;
  readonly deploymentGroupName: string;
  readonly deploymentGroupId: string;
}

/** Kept short: a deployment of many hosts must stay under the size of an aggregate. */
export interface DeploymentHost {
  readonly name: string;
  readonly status: HostStatus;
  readonly healthy: boolean;
}

/** The group's last successful deployment when this one was made: where a rollback goes to. */
export interface LastGood {
  readonly deploymentId: string;
  readonly revision: Revision;
}

/** Everything that is fixed when a deployment is made. */
export interface DeploymentPlan {
  readonly id: string;
  readonly group: GroupRef;
  readonly creator: Creator;
  readonly description: string;
  readonly revision: Revision;
  readonly lastGood: LastGood | undefined;
  readonly configName: string;
  readonly rule: HealthRule;
  readonly fileExistsBehavior: 'DISALLOW' | 'OVERWRITE' | 'RETAIN';
  readonly ignoreApplicationStopFailures: boolean;
  readonly updateOutdatedInstancesOnly: boolean;
  readonly autoRollback: { readonly enabled: boolean; readonly events: readonly RollbackEvent[] } | undefined;
  /** The deployment that this one rolls back. */
  readonly rollsBack: string | undefined;
  readonly replyTo: ReplyTo | undefined;
}

export interface DeploymentError {
  readonly code: string;
  readonly message: string;
}

/** What was found when the bundle was looked at; agents refuse other bytes. */
export interface BundleDigest {
  readonly sha256: string;
  readonly size: number;
}

export interface Deployment extends DeploymentPlan {
  readonly status: DeploymentStatus;
  /** In the order they are deployed. */
  readonly hosts: readonly DeploymentHost[];
  readonly bundle: BundleDigest | undefined;
  /** Set once it was asked to stop: no further host begins. */
  readonly stopping: { readonly error: DeploymentError; readonly rollback: boolean | undefined } | undefined;
  readonly error: DeploymentError | undefined;
  /** What to know of the end, for people (`deploymentStatusMessages`). */
  readonly messages: readonly string[];
  /** The first few failed hosts with the reason. */
  readonly failures: readonly { readonly host: string; readonly message: string }[];
  readonly rollback: { readonly deploymentId: string | undefined; readonly message: string } | undefined;
  readonly createTime: number;
  readonly startTime: number | undefined;
  readonly completeTime: number | undefined;
}

export function isEnded(deployment: Pick<Deployment, 'status'>): boolean {
  return deployment.status !== 'Created' && deployment.status !== 'InProgress';
}

export const DEPLOYMENT_KIND = 'codedeploy.deployment';
export const TARGET_KIND = 'codedeploy.target';

/** AWS's bound of an in-place deployment. */
export const DEPLOYMENT_LIMIT_MS = 8 * 3_600_000;
/** AWS's bound of hosts in one deployment; also keeps the aggregate small. */
export const MAX_HOSTS = 500;
