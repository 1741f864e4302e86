import {
  BatchGetDeploymentsCommand,
  BatchGetDeploymentTargetsCommand,
  BatchGetOnPremisesInstancesCommand,
  CodeDeployClient,
  GetDeploymentCommand,
  ListDeploymentsCommand,
  ListDeploymentTargetsCommand,
  ListOnPremisesInstancesCommand,
  StopDeploymentCommand,
} from '@aws-sdk/client-codedeploy';
import { clientSettings, lazily } from './client-settings.ts';
import { allPages, inBatches } from './pages.ts';

const client = lazily(() => new CodeDeployClient(clientSettings()));

/** A page of deployments, newest first. */
export async function listDeployments(nextToken: string | undefined) {
  const answer = await client().send(new ListDeploymentsCommand({ nextToken }));
  const deployments = await inBatches(answer.deployments ?? [], 25, async (deploymentIds) => {
    return (await client().send(new BatchGetDeploymentsCommand({ deploymentIds }))).deploymentsInfo;
  });
  return { deployments, nextToken: answer.nextToken };
}

export async function getDeployment(deploymentId: string) {
  return (await client().send(new GetDeploymentCommand({ deploymentId }))).deploymentInfo;
}

export async function listTargets(deploymentId: string) {
  const ids = await allPages(
    (nextToken) => client().send(new ListDeploymentTargetsCommand({ deploymentId, nextToken })),
    (page) => page.targetIds,
    (page) => page.nextToken,
  );
  return inBatches(ids, 25, async (targetIds) => {
    return (await client().send(new BatchGetDeploymentTargetsCommand({ deploymentId, targetIds })))
      .deploymentTargets;
  });
}

export const stopDeployment = (deploymentId: string, autoRollbackEnabled: boolean) =>
  client().send(new StopDeploymentCommand({ deploymentId, autoRollbackEnabled }));

/** Hosts with an agent, registered and deregistered ones. */
export async function listInstances() {
  const names = await allPages(
    (nextToken) => client().send(new ListOnPremisesInstancesCommand({ nextToken })),
    (page) => page.instanceNames,
    (page) => page.nextToken,
  );
  return inBatches(names, 25, async (instanceNames) => {
    return (await client().send(new BatchGetOnPremisesInstancesCommand({ instanceNames }))).instanceInfos;
  });
}
