import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CodeDeployClient,
  CreateApplicationCommand,
  CreateDeploymentCommand,
  CreateDeploymentGroupCommand,
  DeploymentLimitExceededException,
  GetDeploymentCommand,
  ListDeploymentsCommand,
  ListOnPremisesInstancesCommand,
} from '@aws-sdk/client-codedeploy';
import { StopPipelineExecutionCommand } from '@aws-sdk/client-codepipeline';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runAgent } from '../../src/agent/index.ts';
import { createLogger } from '../../src/kernel/telemetry/logger.ts';
import { openGate } from '../../testkit/codepipeline/gate.ts';
import { labForSuite } from '../../testkit/codepipeline/lab-suite.ts';
import { ARTIFACTS, deployment, sourceStage } from '../../testkit/codepipeline/pipeline-lab.ts';
import { bundle } from '../D01-in-place-deployment/world.ts';
import { zipOf } from '../D01-in-place-deployment/zip.ts';

let deploys: CodeDeployClient;
let host: string;
let stopAgent = async () => {};

const lab = labForSuite();
beforeAll(async () => {
  deploys = new CodeDeployClient(lab.server.clientConfig);
  host = join(lab.server.dataDir, '..', 'host');
  const abort = new AbortController();
  const running = runAgent({
    ...lab.server.clientConfig,
    name: 'd1',
    tags: [{ Key: 'Name', Value: 'web' }],
    root: join(host, 'root'),
    stateDir: join(host, 'state'),
    signal: abort.signal,
    logger: createLogger({ level: 'silent' }),
    clock: lab.server.kernel.clock,
  });
  stopAgent = async () => {
    abort.abort();
    await running.catch(() => {});
  };
  await deploys.send(new CreateApplicationCommand({ applicationName: 'app' }));
  await deploys.send(
    new CreateDeploymentGroupCommand({
      applicationName: 'app',
      deploymentGroupName: 'fleet',
      serviceRoleArn: await lab.roleFor('deploy', 'codedeploy.amazonaws.com'),
      onPremisesInstanceTagFilters: [{ Key: 'Name', Value: 'web', Type: 'KEY_AND_VALUE' }],
      autoRollbackConfiguration: { enabled: true, events: ['DEPLOYMENT_FAILURE'] },
    }),
  );
  await lab.until(async () => {
    const { instanceNames } = await deploys.send(new ListOnPremisesInstancesCommand({}));
    return instanceNames?.includes('d1');
  });
  await lab.createRepository('app');
  await lab.push('app', bundle({}, { 'web/version': 'v1' }));
});
afterAll(async () => {
  await stopAgent();
  deploys?.destroy();
});

const version = () => {
  const file = join(host, 'root/srv/app/version');
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
};

/** A deployment by hand whose hook waits at the gate. */
async function byHand(command: string): Promise<string> {
  const Body = await zipOf(bundle({ ValidateService: command }, { 'web/version': 'by hand' }));
  await lab.s3.send(new PutObjectCommand({ Bucket: ARTIFACTS, Key: 'by-hand.zip', Body }));
  const { deploymentId = '' } = await deploys.send(
    new CreateDeploymentCommand({
      applicationName: 'app',
      deploymentGroupName: 'fleet',
      revision: {
        revisionType: 'S3',
        s3Location: { bucket: ARTIFACTS, key: 'by-hand.zip', bundleType: 'zip' },
      },
    }),
  );
  return deploymentId;
}

const action = async (id: string) =>
  (await lab.actions('release', id)).find((each) => each.actionName === 'Ship');
const waits = (id: string) =>
  lab.until(async () => {
    const ship = await action(id);
    return ship?.output?.executionResult?.externalExecutionSummary?.startsWith('Waiting') && ship;
  });
const newest = async (before: string) =>
  lab.until(async () => {
    const [first] = await lab.executions('release');
    return first?.pipelineExecutionId !== before && first?.pipelineExecutionId;
  });

test('B3.5: a pipeline waits until the group has finished another deployment and its rollback', async () => {
  await using gate = await openGate();
  const first = await lab.createPipeline('release', [
    sourceStage('app'),
    { name: 'Deploy', actions: [deployment('Ship', 'app', 'fleet')] },
  ]);
  await lab.ended('release', first, 'Succeeded');
  expect(version()).toBe('v1');

  const busy = await byHand(gate.command);
  await gate.arrived(1);
  // The API of CodeDeploy refuses, as AWS does.
  await expect(byHand('true')).rejects.toBeInstanceOf(DeploymentLimitExceededException);

  await lab.push('app', bundle({}, { 'web/version': 'v2' }));
  const second = await newest(first);
  const ship = await waits(second);
  expect(ship).toMatchObject({
    status: 'InProgress',
    output: {
      executionResult: {
        externalExecutionSummary: `Waiting for deployment group fleet of application app: deployment ${busy} is in progress`,
        externalExecutionUrl: expect.stringContaining(`/deployments/${busy}`),
      },
    },
  });
  const stage = await lab.stage('release', 'Deploy');
  expect(stage?.actionStates?.[0]?.latestExecution).toMatchObject({
    status: 'InProgress',
    summary: expect.stringContaining(busy),
  });

  gate.release('fail');
  await lab.ended('release', second, 'Succeeded');
  expect(version()).toBe('v2');
  const { deployments = [] } = await deploys.send(
    new ListDeploymentsCommand({ applicationName: 'app', deploymentGroupName: 'fleet' }),
  );
  const infos = await Promise.all(
    deployments.map(async (deploymentId) => {
      const { deploymentInfo } = await deploys.send(new GetDeploymentCommand({ deploymentId }));
      return `${deploymentInfo?.creator} ${deploymentInfo?.status}`;
    }),
  );
  expect(infos.toReversed()).toEqual([
    'user Succeeded',
    'user Failed',
    'codeDeployRollback Succeeded',
    'user Succeeded',
  ]);
});

test('B4.2: a pipeline that waits for a deployment group can be stopped, and never deploys', async () => {
  await using gate = await openGate();
  const [before] = await lab.executions('release');
  const busy = await byHand(gate.command);
  await gate.arrived(1);
  await lab.push('app', bundle({}, { 'web/version': 'v3' }));
  const id = await newest(before?.pipelineExecutionId ?? '');
  await waits(id);
  await lab.pipelines.send(
    new StopPipelineExecutionCommand({ pipelineName: 'release', pipelineExecutionId: id, abandon: false }),
  );
  await lab.ended('release', id, 'Stopped');
  expect((await action(id))?.status).toBe('Abandoned');
  gate.release();
  await lab.until(async () => {
    const { deploymentInfo } = await deploys.send(new GetDeploymentCommand({ deploymentId: busy }));
    return deploymentInfo?.status === 'Succeeded';
  });
  await lab.server.kernel.tasks.idle();
  expect(version()).toBe('by hand');
});
