import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Build } from '@aws-sdk/client-codebuild';
import type { InstanceTarget } from '@aws-sdk/client-codedeploy';
import { type WaitingApproval, waitingApprovals } from '../../src/cli/client/pipelines.ts';
import { names } from '../../src/cli/demo/names.ts';
import { readJournal } from '../../src/kernel/runner/journal.ts';
import type { JournalRecord } from '../../src/kernel/runner/protocol.ts';
import { until } from './real-process.ts';
import type { RealWorld } from './real-world.ts';

/** Statuses of all executions, oldest first. The first is the one that creating a pipeline starts: it finds no branch. */
export async function executions({ call }: RealWorld): Promise<string[]> {
  const { pipelineExecutionSummaries: found } = await call<{
    pipelineExecutionSummaries: { status: string }[];
  }>('codepipeline', 'ListPipelineExecutions', { pipelineName: names.pipeline });
  return found.map(({ status }) => status).toReversed();
}

/** Approves whatever waits until so many executions are there and all have ended. */
export async function follow(world: RealWorld, count = 2): Promise<string[]> {
  return await until(`${count} executions to end`, async () => {
    for (const each of await approvals(world)) await approve(world, each);
    const all = await executions(world);
    return all.length >= count && all.every((status) => status !== 'InProgress') && all;
  });
}

export async function approvals({ call }: RealWorld): Promise<WaitingApproval[]> {
  return waitingApprovals(await call('codepipeline', 'GetPipelineState', { name: names.pipeline }));
}

export async function approve({ call }: RealWorld, waiting: WaitingApproval): Promise<void> {
  const result = { status: 'Approved', summary: 'fine' };
  const input = { pipelineName: names.pipeline, ...waiting, result };
  await call('codepipeline', 'PutApprovalResult', input).catch((error: Error) => {
    if (error.name !== 'ApprovalAlreadyCompletedException') throw error;
  });
}

/** Runs the failed actions of a stage again and follows the execution. */
export async function retryStage(world: RealWorld, stageName: string): Promise<string[]> {
  const { stageStates } = await world.call<{
    stageStates: { stageName: string; latestExecution?: { pipelineExecutionId: string } }[];
  }>('codepipeline', 'GetPipelineState', { name: names.pipeline });
  const stage = stageStates.find((each) => each.stageName === stageName);
  await world.call('codepipeline', 'RetryStageExecution', {
    pipelineName: names.pipeline,
    stageName,
    pipelineExecutionId: stage?.latestExecution?.pipelineExecutionId,
    retryMode: 'FAILED_ACTIONS',
  });
  return await follow(world);
}

/** Waits for a line in `effects` and answers with it. */
export async function happened({ effects }: RealWorld, start: string): Promise<string> {
  return await until(`"${start}" to happen`, () => effects(start)[0]);
}

/** The same, approving whatever waits before it. */
export async function followTo(world: RealWorld, start: string): Promise<void> {
  await until(`"${start}" to happen`, async () => {
    for (const each of await approvals(world)) await approve(world, each);
    return world.effects(start).length > 0;
  });
}

/** The build that is held in its command, with the processes that carry it. */
export async function heldBuild(world: RealWorld) {
  const id = (await happened(world, 'build build')).split(' ')[2] as string;
  return { id, ...carriers(world, id) };
}

/** The runner of a build and the build's own process, as the run's journal names them. */
export function carriers({ dataDir }: RealWorld, buildId: string) {
  const reader = readJournal(join(dataDir, 'runs', `build-${buildId.split(':')[1]}`));
  if (!reader) throw new Error(`no run of ${buildId}`);
  const records = reader.more();
  reader.close();
  const of = <K extends JournalRecord['kind']>(kind: K) =>
    records.filter((record): record is Extract<JournalRecord, { kind: K }> => record.kind === kind);
  return {
    runners: of('claimed').map(({ runner }) => runner.pid),
    processes: of('started').map((record) => record.process.pid),
  };
}

export async function getBuild({ call }: RealWorld, id: string): Promise<Build> {
  const { builds } = await call<{ builds: Build[] }>('codebuild', 'BatchGetBuilds', { ids: [id] });
  return builds[0] as Build;
}

export function phase(build: Build, type: string) {
  return build.phases?.find((each) => each.phaseType === type);
}

/** All that a build has said. */
export async function logOf(world: RealWorld, build: Build): Promise<string[]> {
  const { streamName, groupName } = build.logs ?? {};
  const lines: string[] = [];
  for (let token: string | undefined; ; ) {
    const page = await world.call<{ events: { message: string }[]; nextForwardToken: string }>(
      'logs',
      'GetLogEvents',
      { logGroupName: groupName, logStreamName: streamName, startFromHead: true, nextToken: token },
    );
    lines.push(...page.events.map(({ message }) => message));
    if (page.nextForwardToken === token) return lines;
    token = page.nextForwardToken;
  }
}

/** The host's part in every deployment, oldest first. */
export async function hostTargets({ call }: RealWorld): Promise<InstanceTarget[]> {
  const { deployments } = await call<{ deployments: string[] }>('codedeploy', 'ListDeployments', {});
  const found: InstanceTarget[] = [];
  for (const deploymentId of deployments.toReversed()) {
    const { deploymentTarget } = await call<{ deploymentTarget: { instanceTarget: InstanceTarget } }>(
      'codedeploy',
      'GetDeploymentTarget',
      { deploymentId, targetId: 'host' },
    );
    found.push(deploymentTarget.instanceTarget);
  }
  return found;
}

export function deployedPage({ dir }: RealWorld): string {
  return readFileSync(join(dir, 'root/srv/app/page.html'), 'utf8');
}
