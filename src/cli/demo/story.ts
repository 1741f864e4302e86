import { join } from 'node:path';
import type { RunningServer } from '../../server/server.ts';
import type { Connection } from '../client/connection.ts';
import { createClients, type DemoClients } from './clients.ts';
import { newestDeployment, versionsOf, waitForRollback, whyItFailed } from './deployments.ts';
import { followExecution, type SeenExecution } from './execution.ts';
import { type DemoHost, startHost } from './hosts.ts';
import { waitForHosts } from './registration.ts';
import { createResources } from './resources.ts';
import type { Screen } from './screen.ts';
import type { DemoSummary } from './summary.ts';
import { createWorkTree, type Push, type WorkTree } from './work-tree.ts';

export interface Story {
  readonly server: RunningServer;
  readonly folder: string;
  /** Filled with what was started, so that it can be ended. */
  readonly hosts: DemoHost[];
  readonly screen: Screen;
  readonly signal: AbortSignal;
  readonly beforeApproval: (signal: AbortSignal) => Promise<void>;
}

interface Scene extends Story {
  readonly connection: Connection;
  readonly clients: DemoClients;
  readonly tree: WorkTree;
}

/** Plays the main job. Throws as soon as something is not as it must be. */
export async function playStory(story: Story): Promise<DemoSummary> {
  const { server, folder, hosts, screen } = story;
  const connection: Connection = {
    endpoint: server.endpoint,
    region: server.config.region,
    credentials: server.credentials,
  };
  const clients = createClients(connection);
  screen.step('Creating repository, roles, bucket, project, application, pipeline and two hosts');
  const [{ pushUrl }] = await Promise.all([
    createResources(clients),
    ...['host-a', 'host-b'].map(async (name) =>
      hosts.push(await startHost(name, folder, server.config.dataDir)),
    ),
  ]);
  await waitForHosts(connection, clients, hosts, story.signal);
  const tree = await createWorkTree(join(folder, 'work-tree'), pushUrl);
  const scene: Scene = { ...story, connection, clients, tree };

  const good = await deployGoodVersion(scene);
  const bad = await deployBadVersion(scene, good.version);
  return {
    pushToFirstLogMs: (good.execution.firstLogAt ?? Number.NaN) - good.push.returnedAt,
    pushToLiveMs: good.liveAt - good.push.returnedAt - good.execution.approvalMs,
    approvalWaitMs: good.execution.approvalMs,
    executions: [good.execution, bad.execution].map(({ id, status }) => ({ id, status })),
    rollback: bad.rollback,
  };
}

async function deployGoodVersion(scene: Scene) {
  const { screen, hosts } = scene;
  await scene.tree.commit('feat: greet people');
  const { push, execution } = await pushAndFollow(scene, 'Pushing a good version');
  if (execution.status !== 'Succeeded') throw new Error(`the execution ended ${execution.status}`);
  const version = push.commitId.slice(0, 12);
  await expectVersion(scene, version);
  const liveAt = Date.now();
  screen.step(`Both hosts answer with version ${version}`);
  for (const { name, url } of hosts) screen.note(`${name}  ${url}/version`);
  return { push, execution, version, liveAt };
}

async function deployBadVersion(scene: Scene, goodVersion: string) {
  const { screen, clients, connection } = scene;
  scene.tree.breakHealth();
  await scene.tree.commit('feat: say how the service feels');
  const { execution } = await pushAndFollow(scene, 'Pushing a version that is not healthy on its host');
  if (execution.status !== 'Failed') throw new Error(`the execution ended ${execution.status}, not Failed`);
  const rollback = await waitForRollback(connection, clients, scene.signal);
  const failedId = rollback.rollbackInfo?.rollbackTriggeringDeploymentId ?? '';
  screen.step(`Deployment ${failedId} failed on its first host`);
  for (const line of await whyItFailed(clients, failedId)) screen.log(line);
  if (rollback.status !== 'Succeeded') throw new Error(`the rollback ended ${rollback.status}`);
  await expectVersion(scene, goodVersion);
  screen.step(`${rollback.deploymentId} rolled back by itself; both hosts still answer with ${goodVersion}`);
  if ((await newestDeployment(clients))?.deploymentId !== rollback.deploymentId) {
    throw new Error('another deployment followed the rollback');
  }
  return { execution, rollback: { deploymentId: rollback.deploymentId ?? '', ofDeploymentId: failedId } };
}

async function pushAndFollow(scene: Scene, title: string): Promise<{ push: Push; execution: SeenExecution }> {
  scene.screen.step(title);
  const push = await scene.tree.push();
  return { push, execution: await followExecution({ ...scene, commitId: push.commitId }) };
}

async function expectVersion({ hosts }: Scene, version: string): Promise<void> {
  const seen = await versionsOf(hosts);
  if (seen.some((one) => one !== version))
    throw new Error(`the hosts answer with ${seen.join(', ')}, not ${version}`);
}
