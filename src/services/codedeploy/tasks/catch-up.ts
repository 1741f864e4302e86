import { createHash } from 'node:crypto';
import { ApiError } from '../../../kernel/errors.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { TaskDefinition } from '../../../kernel/tasks/port.ts';
import { createDeployment } from '../create-deployment.ts';
import { selects } from '../model/group.ts';
import { deploymentIdFrom } from '../model/ids.ts';
import { revisionKey } from '../model/revision.ts';
import type { CodeDeployParts } from '../parts.ts';
import { lastGoodOf } from '../store/deployments.ts';
import { allGroups, definitionOf, type GroupRow } from '../store/groups.ts';
import { type HostRevisionRow, hostRevisions } from '../store/host-revisions.ts';
import { type InstanceRow, registeredInstances, tagsOf } from '../store/instances.ts';

/** A host that came (back), or a group whose deployment ended and that hosts may have joined meanwhile. */
export type CatchUpPayload =
  | { readonly host: string }
  | { readonly deploymentGroupId: string; readonly since: number };

/**
 * A host that returns, or is new, is brought to the latest good revision of its groups (D1.6), unless the group says
 * IGNORE. A running deployment of the group goes first: its end looks again for hosts whose agent came since.
 */
export function catchUpTask(parts: CodeDeployParts): TaskDefinition<CatchUpPayload> {
  const { kernel } = parts;
  return {
    kind: 'codedeploy.catch-up',
    async run({ id, scope, payload }) {
      const instances = (await registeredInstances(kernel.database.read, scope)).filter((row) =>
        'host' in payload ? row.name === payload.host : (row.session_at ?? 0) > payload.since,
      );
      if (instances.length === 0) return;
      for (const group of await allGroups(kernel.database.read, scope)) {
        if ('deploymentGroupId' in payload && payload.deploymentGroupId !== group.id) continue;
        await catchUp(parts, scope, group, instances, id);
      }
    },
  };
}

async function catchUp(
  parts: CodeDeployParts,
  scope: Scope,
  group: GroupRow,
  instances: readonly InstanceRow[],
  taskId: string,
): Promise<void> {
  const { read } = parts.kernel.database;
  const definition = definitionOf(group);
  if (group.active_deployment !== null || definition.outdatedInstancesStrategy === 'IGNORE') return;
  const good = await lastGoodOf(read, scope, group.id);
  if (!good) return;
  const known = new Map((await hostRevisions(read, scope, group.id)).map((row) => [row.host, row]));
  const outdated = instances.filter((row) => {
    return selects(definition, tagsOf(row)) && missedIt(known.get(row.name), revisionKey(good.revision));
  });
  if (outdated.length === 0) return;
  const key = createHash('sha256').update(`${taskId}/${group.id}`).digest('hex');
  try {
    await createDeployment(parts, scope, {
      id: deploymentIdFrom(key),
      applicationName: group.application,
      deploymentGroupName: group.name,
      revision: good.revision,
      configName: 'CodeDeployDefault.AllAtOnce',
      creator: 'CodeDeployAutoUpdate',
      description: `Brings instances that came back to the revision of ${good.deploymentId}`,
      onlyHosts: outdated.map((row) => row.name),
    });
  } catch (error) {
    // Somebody else was faster, or the revision is gone: nothing to bring the hosts to.
    if (!(error instanceof ApiError)) throw error;
  }
}

/** A host where the last deployment failed on its own account is left to people: the next try would fail likewise. */
function missedIt(had: HostRevisionRow | undefined, goodKey: string): boolean {
  if (!had) return true;
  return had.lost === 1 || (had.healthy === 1 && had.revision_key !== goodKey);
}
