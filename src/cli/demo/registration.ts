import { ListOnPremisesInstancesCommand } from '@aws-sdk/client-codedeploy';
import { followChanges } from '../client/changes.ts';
import type { Connection } from '../client/connection.ts';
import type { DemoClients } from './clients.ts';
import type { DemoHost } from './hosts.ts';

const PATIENCE_MS = 60_000;

/** Waits until the agents have registered their hosts. */
export async function waitForHosts(
  connection: Connection,
  { codedeploy }: DemoClients,
  hosts: readonly DemoHost[],
  signal: AbortSignal,
): Promise<void> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  const over = new AbortController();
  for (const { name, agent } of hosts) {
    agent.once('exit', (code) => over.abort(new Error(`the agent of ${name} ended with exit code ${code}`)));
  }
  for await (const _ of followChanges(connection, AbortSignal.any([patience, over.signal]))) {
    const { instanceNames = [] } = await codedeploy.send(new ListOnPremisesInstancesCommand({}));
    if (hosts.every(({ name }) => instanceNames.includes(name))) return;
  }
}
