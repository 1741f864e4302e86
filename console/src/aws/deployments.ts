import {
  BatchGetApplicationsCommand,
  BatchGetDeploymentGroupsCommand,
  BatchGetDeploymentsCommand,
  BatchGetDeploymentTargetsCommand,
  BatchGetOnPremisesInstancesCommand,
  CodeDeployClient,
  GetApplicationCommand,
  GetDeploymentCommand,
  ListApplicationsCommand,
  ListDeploymentGroupsCommand,
  ListDeploymentsCommand,
  ListDeploymentTargetsCommand,
  ListOnPremisesInstancesCommand,
  StopDeploymentCommand,
} from '@aws-sdk/client-codedeploy';
import { clientSettings, lazily } from './client-settings.ts';
import { allPages, inBatches } from './pages.ts';

const client = lazily(() => new CodeDeployClient(clientSettings()));

/** Which deployments a list shows: those of a group, or all. */
export interface OfGroup {
  readonly applicationName: string;
  readonly deploymentGroupName: string;
}

/** A page of deployments, newest first. */
export async function listDeployments(nextToken: string | undefined, of?: OfGroup) {
  const answer = await client().send(new ListDeploymentsCommand({ ...of, nextToken }));
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

export async function listApplications() {
  const names = await allPages(
    (nextToken) => client().send(new ListApplicationsCommand({ nextToken })),
    (page) => page.applications,
    (page) => page.nextToken,
  );
  return inBatches(names, 100, async (applicationNames) => {
    return (await client().send(new BatchGetApplicationsCommand({ applicationNames }))).applicationsInfo;
  });
}

export async function getApplication(applicationName: string) {
  return (await client().send(new GetApplicationCommand({ applicationName }))).application;
}

export async function listGroups(applicationName: string) {
  const names = await allPages(
    (nextToken) => client().send(new ListDeploymentGroupsCommand({ applicationName, nextToken })),
    (page) => page.deploymentGroups,
    (page) => page.nextToken,
  );
  return inBatches(names, 100, async (deploymentGroupNames) => {
    const command = new BatchGetDeploymentGroupsCommand({ applicationName, deploymentGroupNames });
    return (await client().send(command)).deploymentGroupsInfo;
  });
}

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
