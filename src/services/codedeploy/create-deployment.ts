import type { Reader, Tx } from '../../kernel/database/port.ts';
import { ApiError } from '../../kernel/errors.ts';
import type { Scope } from '../../kernel/scope.ts';
import type { ReplyTo } from '../../kernel/transitions/reply.ts';
import { BUILT_IN_CONFIGS } from './model/configs.ts';
import type { DeploymentInput } from './model/deployment/inputs.ts';
import {
  type Creator,
  DEPLOYMENT_KIND,
  type DeploymentHost,
  type DeploymentPlan,
  MAX_HOSTS,
} from './model/deployment/state.ts';
import { type GroupDefinition, requiresAll, selects, tagSets } from './model/group.ts';
import { healthRule } from './model/health.ts';
import { isOutdated, type KnownRevision, orderHosts } from './model/order.ts';
import { type Revision, revisionKey } from './model/revision.ts';
import { describeTagSet, nearMisses } from './model/tag-filters.ts';
import type { CodeDeployParts } from './parts.ts';
import { pinRevision } from './pin-revision.ts';
import { minimumOf, needConfig } from './store/configs.ts';
import { lastGoodOf } from './store/deployments.ts';
import { definitionOf, type GroupRow, needGroup } from './store/groups.ts';
import { hostRevisions } from './store/host-revisions.ts';
import { registeredInstances, tagsOf } from './store/instances.ts';

export interface DeploymentRequest {
  readonly id: string;
  readonly applicationName: string;
  readonly deploymentGroupName: string;
  /** The group's last good one when absent. */
  readonly revision?: Revision | undefined;
  readonly configName?: string | undefined;
  readonly description?: string | undefined;
  readonly creator: Creator;
  readonly fileExistsBehavior?: DeploymentPlan['fileExistsBehavior'] | undefined;
  readonly ignoreApplicationStopFailures?: boolean | undefined;
  readonly updateOutdatedInstancesOnly?: boolean | undefined;
  /** Overrides the group's. */
  readonly autoRollback?: GroupDefinition['autoRollback'];
  readonly replyTo?: ReplyTo | undefined;
  /** Only these hosts of the group. */
  readonly onlyHosts?: readonly string[] | undefined;
}

/** Makes a deployment; the same id again is the same deployment. One runs at a time in a group (D1.17). */
export async function createDeployment(
  parts: CodeDeployParts,
  scope: Scope,
  request: DeploymentRequest,
): Promise<void> {
  const { kernel } = parts;
  const { applicationName, deploymentGroupName } = request;
  if (await exists(kernel.database.read, scope, request.id)) return;
  const known = await needGroup(kernel.database.read, scope, applicationName, deploymentGroupName);
  const wanted = request.revision ?? (await lastGoodOf(kernel.database.read, scope, known.id))?.revision;
  if (!wanted) {
    throw new ApiError(
      'RevisionRequiredException',
      'A revision is required: the deployment group has none yet.',
    );
  }
  const revision = await pinRevision(parts, scope, wanted);
  await kernel.database.transaction(async (tx) => {
    const group = await needGroup(tx, scope, applicationName, deploymentGroupName, true);
    if (await exists(tx, scope, request.id)) return;
    if (group.active_deployment !== null) {
      throw new ApiError(
        'DeploymentLimitExceededException',
        `The Deployment Group '${deploymentGroupName}' already has an active Deployment '${group.active_deployment}'`,
      );
    }
    const input = await plan(tx, scope, request, group, revision);
    await kernel.transitions.apply(tx, scope, { kind: DEPLOYMENT_KIND, id: request.id }, input);
  });
}

async function plan(
  tx: Tx,
  scope: Scope,
  request: DeploymentRequest,
  group: GroupRow,
  revision: Revision,
): Promise<DeploymentInput> {
  const definition = definitionOf(group);
  const configName = request.configName ?? definition.configName;
  const config = await needConfig(tx, scope, configName);
  const { hosts, selection } = await selectHosts(tx, scope, request, group, revision);
  if (hosts.length > MAX_HOSTS) {
    throw new ApiError(
      'InvalidTargetInstancesException',
      `The deployment group selects ${hosts.length} instances; one deployment takes ${MAX_HOSTS}.`,
    );
  }
  return {
    kind: 'create',
    hosts,
    selection,
    plan: {
      id: request.id,
      group: {
        applicationName: group.application,
        deploymentGroupName: group.name,
        deploymentGroupId: group.id,
      },
      creator: request.creator,
      description: request.description ?? '',
      revision,
      lastGood: await lastGoodOf(tx, scope, group.id),
      configName,
      rule: healthRule(
        hosts.length,
        minimumOf(config),
        configName in BUILT_IN_CONFIGS,
        requiresAll(tagsOf(group)),
      ),
      fileExistsBehavior: request.fileExistsBehavior ?? 'DISALLOW',
      ignoreApplicationStopFailures: request.ignoreApplicationStopFailures ?? false,
      updateOutdatedInstancesOnly: request.updateOutdatedInstancesOnly ?? false,
      autoRollback: request.autoRollback ?? definition.autoRollback,
      rollsBack: undefined,
      replyTo: request.replyTo,
    },
  };
}

async function selectHosts(
  tx: Tx,
  scope: Scope,
  request: DeploymentRequest,
  group: GroupRow,
  revision: Revision,
): Promise<{ hosts: readonly DeploymentHost[]; selection: string }> {
  const definition = definitionOf(group);
  const instances = await registeredInstances(tx, scope);
  const matching = instances.filter(
    (row) =>
      selects(definition, tagsOf(row)) &&
      (request.onlyHosts === undefined || request.onlyHosts.includes(row.name)),
  );
  const known = new Map<string, KnownRevision>();
  for (const row of await hostRevisions(tx, scope, group.id)) {
    known.set(row.host, { revisionKey: row.revision_key, healthy: row.healthy === 1 });
  }
  const key = revisionKey(revision);
  const chosen = request.updateOutdatedInstancesOnly
    ? matching.filter((row) => isOutdated(known.get(row.name), key))
    : matching;
  const hosts = orderHosts(
    chosen.map((row) => row.name),
    known,
    key,
  );
  return { hosts, selection: matching.length > 0 ? '' : explainNone(definition, instances.map(tagsOf)) };
}

/** Match is exact; a tag that differs in case only is worth a hint (D1.4). */
function explainNone(
  definition: GroupDefinition,
  tags: readonly (readonly { readonly key: string; readonly value: string }[])[],
): string {
  const sets = tagSets(definition);
  const near = sets.flatMap((set) => nearMisses(tags, set));
  const filters = sets.map(describeTagSet).join(', or ');
  const hint = near.length === 0 ? '' : ` Tags that differ in case only: ${near.slice(0, 5).join(', ')}.`;
  return `0 instances match ${filters || 'the deployment group, which has no tag filters'}.${hint}`;
}

async function exists(reader: Reader, { account, region }: Scope, id: string): Promise<boolean> {
  const rows = await reader.query(
    'select id from codedeploy_deployments where account = ? and region = ? and id = ?',
    [account, region, id],
  );
  return rows.length > 0;
}
