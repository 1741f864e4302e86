import {
  DisableStageTransitionCommand,
  DuplicatedStopRequestException,
  EnableStageTransitionCommand,
  NotLatestPipelineExecutionException,
  PipelineExecutionNotStoppableException,
  RetryStageExecutionCommand,
  StageNotFoundException,
  StageNotRetryableException,
  StartPipelineExecutionCommand,
  StopPipelineExecutionCommand,
} from '@aws-sdk/client-codepipeline';
import { expect, test } from 'vitest';
import { openGate } from '../../testkit/codepipeline/gate.ts';
import { appAndPass, labForSuite } from '../../testkit/codepipeline/lab-suite.ts';
import { build, sourceStage } from '../../testkit/codepipeline/pipeline-lab.ts';

const lab = labForSuite(appAndPass);

const start = async (name: string) => {
  const { pipelineExecutionId = '' } = await lab.pipelines.send(new StartPipelineExecutionCommand({ name }));
  return pipelineExecutionId;
};

test('B4-S1: after an outside cause has gone, a retry continues the same execution with the same revision', async () => {
  await using gate = await openGate();
  await lab.createProject('gate', gate.buildspec);
  const id = await lab.createPipeline('retry', [
    sourceStage('app'),
    { name: 'Gate', actions: [build('Health', 'gate')] },
    { name: 'Deploy', actions: [build('Ship', 'pass')] },
  ]);
  await gate.arrived(1);
  gate.release('fail');
  const failed = await lab.ended('retry', id, 'Failed');
  expect(failed.statusSummary).toContain('Health');
  await lab.push('app', { 'a.txt': 'moved on' });
  const newer = await lab.until(async () => {
    const [newest] = await lab.executions('retry');
    return newest?.pipelineExecutionId !== id && newest?.pipelineExecutionId;
  });
  await gate.arrived(2);
  const retry = (pipelineExecutionId: string) =>
    lab.pipelines.send(
      new RetryStageExecutionCommand({
        pipelineName: 'retry',
        stageName: 'Gate',
        pipelineExecutionId,
        retryMode: 'FAILED_ACTIONS',
      }),
    );
  // Another execution has entered the stage: the older one may not come back.
  await expect(retry(id)).rejects.toBeInstanceOf(NotLatestPipelineExecutionException);
  await expect(retry(newer)).rejects.toBeInstanceOf(StageNotRetryableException);
  gate.release('fail');
  const before = await lab.ended('retry', newer, 'Failed');
  await retry(newer);
  await gate.arrived(3);
  gate.release();
  const after = await lab.ended('retry', newer, 'Succeeded');
  expect(after.artifactRevisions).toEqual(before.artifactRevisions);
  expect((await lab.stage('retry', 'Gate'))?.retryStageMetadata).toEqual({
    manualStageRetryAttempt: 1,
    latestRetryTrigger: 'ManualStageRetry',
  });
});

test('B4-S2: of three executions in front of a disabled transition only the newest deploys', async () => {
  const transition = {
    pipelineName: 'hold',
    stageName: 'Deploy',
    transitionType: 'Inbound' as const,
  };
  const first = await lab.createPipeline('hold', [
    sourceStage('app', {
      configuration: { RepositoryName: 'app', BranchName: 'main', PollForSourceChanges: 'false' },
    }),
    { name: 'Build', actions: [build('Compile', 'pass')] },
    { name: 'Deploy', actions: [build('Ship', 'pass')] },
  ]);
  await lab.ended('hold', first, 'Succeeded');
  await lab.pipelines.send(new DisableStageTransitionCommand({ ...transition, reason: 'release freeze' }));
  const ids: string[] = [];
  for (let n = 0; n < 3; n++) {
    const id = await start('hold');
    ids.push(id);
    await lab.until(
      async () => (await lab.stage('hold', 'Deploy'))?.inboundExecution?.pipelineExecutionId === id,
    );
  }
  const shown = await lab.stage('hold', 'Deploy');
  expect(shown?.inboundTransitionState).toMatchObject({ enabled: false, disabledReason: 'release freeze' });
  await lab.pipelines.send(new EnableStageTransitionCommand(transition));
  await lab.ended('hold', ids[2] as string, 'Succeeded');
  const statuses = await Promise.all(ids.map(async (id) => (await lab.execution('hold', id)).status));
  expect(statuses).toEqual(['Superseded', 'Superseded', 'Succeeded']);
  await expect(
    lab.pipelines.send(new EnableStageTransitionCommand({ ...transition, stageName: 'Nowhere' })),
  ).rejects.toBeInstanceOf(StageNotFoundException);
});

test('B4.2: stop and wait, stop and abandon, and a second stop', async () => {
  await using gate = await openGate();
  await lab.createProject('slow', gate.buildspec);
  const id = await lab.createPipeline('stoppable', [
    sourceStage('app', {
      configuration: { RepositoryName: 'app', BranchName: 'main', PollForSourceChanges: 'false' },
    }),
    { name: 'Build', actions: [build('Compile', 'slow')] },
    { name: 'Deploy', actions: [build('Ship', 'pass')] },
  ]);
  await gate.arrived(1);
  const stop = (pipelineExecutionId: string, abandon = false) =>
    lab.pipelines.send(
      new StopPipelineExecutionCommand({
        pipelineName: 'stoppable',
        pipelineExecutionId,
        abandon,
        reason: 'bad',
      }),
    );
  await stop(id);
  expect((await lab.execution('stoppable', id)).status).toBe('Stopping');
  await expect(stop(id)).rejects.toBeInstanceOf(DuplicatedStopRequestException);
  gate.release();
  await lab.ended('stoppable', id, 'Stopped');
  await expect(stop(id)).rejects.toBeInstanceOf(PipelineExecutionNotStoppableException);
  expect((await lab.actions('stoppable', id)).map((each) => [each.actionName, each.status])).toEqual([
    ['Compile', 'Succeeded'],
    ['Checkout', 'Succeeded'],
  ]);
  expect((await lab.executions('stoppable'))[0]?.stopTrigger).toEqual({ reason: 'bad' });
  const next = await start('stoppable');
  await gate.arrived(2);
  await stop(next, true);
  await lab.ended('stoppable', next, 'Stopped');
  expect((await lab.actions('stoppable', next))[0]).toMatchObject({
    actionName: 'Compile',
    status: 'Abandoned',
  });
  gate.release();
});
