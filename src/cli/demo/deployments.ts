import {
  type DeploymentInfo,
  GetDeploymentCommand,
  GetDeploymentTargetCommand,
  ListDeploymentsCommand,
  ListDeploymentTargetsCommand,
} from '@aws-sdk/client-codedeploy';
import { followChanges } from '../client/changes.ts';
import type { Connection } from '../client/connection.ts';
import type { DemoClients } from './clients.ts';
import type { DemoHost } from './hosts.ts';
import { names } from './names.ts';

/** Both hosts answer over HTTP; the version that each one answers with. */
export async function versionsOf(hosts: readonly DemoHost[]): Promise<string[]> {
  return await Promise.all(
    hosts.map(async ({ url }) => {
      const answer = await fetch(`${url}/version`, { signal: AbortSignal.timeout(30_000) });
      if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
      return ((await answer.json()) as { version: string }).version;
    }),
  );
}

/** The deployment that put back the good revision, once it has ended. */
export async function waitForRollback(
  connection: Connection,
  clients: DemoClients,
  signal: AbortSignal,
): Promise<DeploymentInfo> {
  for await (const change of followChanges(connection, signal)) {
    if (change.topic !== 'hello' && !change.topic.startsWith('codedeploy.')) continue;
    const newest = await newestDeployment(clients);
    const ended =
      newest?.status === 'Succeeded' || newest?.status === 'Failed' || newest?.status === 'Stopped';
    if (newest?.rollbackInfo?.rollbackTriggeringDeploymentId !== undefined && ended) return newest;
  }
  throw new Error('the live stream ended before the rollback did');
}

export async function newestDeployment({ codedeploy }: DemoClients): Promise<DeploymentInfo | undefined> {
  const { deployments = [] } = await codedeploy.send(
    new ListDeploymentsCommand({
      applicationName: names.application,
      deploymentGroupName: names.group,
    }),
  );
  const infos = await Promise.all(
    deployments.slice(0, 10).map(async (deploymentId) => {
      const answer = await codedeploy.send(new GetDeploymentCommand({ deploymentId }));
      return answer.deploymentInfo;
    }),
  );
  return infos
    .filter((info) => info !== undefined)
    .toSorted((a, b) => (b.createTime?.getTime() ?? 0) - (a.createTime?.getTime() ?? 0))[0];
}

/** In words, which script failed on which host, with its last lines. */
export async function whyItFailed({ codedeploy }: DemoClients, deploymentId: string): Promise<string[]> {
  const { targetIds = [] } = await codedeploy.send(new ListDeploymentTargetsCommand({ deploymentId }));
  const lines: string[] = [];
  for (const targetId of targetIds) {
    const { deploymentTarget } = await codedeploy.send(
      new GetDeploymentTargetCommand({ deploymentId, targetId }),
    );
    for (const event of deploymentTarget?.instanceTarget?.lifecycleEvents ?? []) {
      if (event.status !== 'Failed') continue;
      const { scriptName, message, logTail } = event.diagnostics ?? {};
      lines.push(`${targetId}: ${event.lifecycleEventName} ${scriptName ?? ''} ${message ?? ''}`.trimEnd());
      lines.push(...(logTail ?? '').trimEnd().split('\n').slice(-3));
    }
  }
  return lines;
}
