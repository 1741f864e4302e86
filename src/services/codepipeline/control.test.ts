import type { ListActionExecutionsOutput } from '@aws-sdk/client-codepipeline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  approvalAction,
  buildAction,
  type EngineRoom,
  openEngineRoom,
  pipelineOf,
  pipelineViewer,
} from '../../../testkit/codepipeline/engine-room.ts';
import { type DatabasePlace, describeEachDatabase } from '../../../testkit/contracts/each-database.ts';
import type { TestKernel } from '../../../testkit/support/test-kernel.ts';

const DAY = 24 * 60 * 60_000;

describeEachDatabase('what people do to pipelines', (newPlace) => {
  let place: DatabasePlace;
  let kernel: TestKernel;
  let engine: EngineRoom;
  let view: ReturnType<typeof pipelineViewer>;

  beforeEach(async () => {
    place = await newPlace();
    kernel = await place.openKernel();
    engine = await openEngineRoom(kernel);
    view = pipelineViewer(engine);
  });
  afterEach(() => place[Symbol.asyncDispose]());

  test('retry goes on in the same execution with the same revision, failed actions only or all (B4.3)', async () => {
    await view.create(
      pipelineOf({ stages: [{ name: 'Build', actions: [buildAction('A'), buildAction('B')] }] }),
    );
    const id = await view.first();
    const a = await engine.job('A');
    await engine.reply(a, 'succeeded');
    const b = await engine.job('B');
    await engine.reply(b, 'failed');
    await view.ended(id, 'Failed');
    const retry = { pipelineName: 'web', stageName: 'Build', pipelineExecutionId: id };
    await engine.call('RetryStageExecution', { ...retry, retryMode: 'FAILED_ACTIONS' });
    const again = await engine.until(async () => {
      const job = await engine.job('B');
      return job.key !== b.key && job;
    });
    expect(again.inputs).toEqual(b.inputs);
    expect(engine.jobs.filter((job) => job.action === 'A')).toHaveLength(1);
    // The answer to the first attempt comes again, too late.
    await engine.reply(b, 'succeeded');
    expect((await view.execution(id)).status).toBe('InProgress');
    await engine.reply(again, 'failed');
    await view.ended(id, 'Failed');
    await engine.call('RetryStageExecution', { ...retry, retryMode: 'ALL_ACTIONS' });
    await engine.until(async () => engine.jobs.filter((job) => job.action === 'A').length === 2);
    expect((await view.stage('Build'))?.retryStageMetadata).toEqual({
      manualStageRetryAttempt: 2,
      latestRetryTrigger: 'ManualStageRetry',
    });
    await expect(
      engine.call('RetryStageExecution', { ...retry, retryMode: 'ALL_ACTIONS' }),
    ).rejects.toMatchObject({ code: 'StageNotRetryableException' });
    const latest = await engine.call<ListActionExecutionsOutput>('ListActionExecutions', {
      pipelineName: 'web',
      filter: { latestInPipelineExecution: { pipelineExecutionId: id, startTimeRange: 'Latest' } },
    });
    expect(latest.actionExecutionDetails?.length).toBe(3);
  });

  test('retry is refused once another execution entered the stage', async () => {
    await view.create(pipelineOf());
    const old = await view.first();
    await engine.reply(await engine.job('Compile'), 'failed');
    await view.ended(old, 'Failed');
    const newer = await view.start();
    await engine.job('Compile', newer);
    await expect(
      engine.call('RetryStageExecution', {
        pipelineName: 'web',
        stageName: 'Build',
        pipelineExecutionId: old,
        retryMode: 'FAILED_ACTIONS',
      }),
    ).rejects.toMatchObject({ code: 'NotLatestPipelineExecutionException' });
    expect((await view.execution(old)).status).toBe('Failed');
  });

  test('a disabled transition holds the newest back until it is enabled (B4-S2)', async () => {
    await view.create(pipelineOf());
    const transition = { pipelineName: 'web', stageName: 'Deploy', transitionType: 'Inbound' };
    await engine.call('DisableStageTransition', { ...transition, reason: 'freeze' });
    const ids = [await view.first(), await view.start(), await view.start()];
    for (const id of ids) {
      const job = await engine.until(async () => {
        const status = (await view.execution(id)).status;
        if (status === 'Superseded') return 'overtaken' as const;
        return engine.jobs.find((each) => each.action === 'Compile' && each.executionId === id);
      });
      if (job !== 'overtaken') await engine.reply(job, 'succeeded');
    }
    const last = ids[2] as string;
    await engine.until(
      async () => (await view.stage('Deploy'))?.inboundExecution?.pipelineExecutionId === last,
    );
    expect((await view.stage('Deploy'))?.inboundTransitionState).toMatchObject({
      enabled: false,
      disabledReason: 'freeze',
      lastChangedBy: expect.stringContaining(':root'),
    });
    expect(engine.jobs.map((job) => job.action)).not.toContain('Ship');
    await engine.call('EnableStageTransition', transition);
    await engine.reply(await engine.job('Ship', last), 'succeeded');
    await view.ended(last, 'Succeeded');
    expect(engine.jobs.filter((job) => job.action === 'Ship')).toHaveLength(1);
    expect((await view.stage('Deploy'))?.inboundTransitionState?.disabledReason).toBeUndefined();
  });

  test('stop and wait lets the running action finish; stop and abandon does not; a second stop is refused (B4.2)', async () => {
    await view.create(pipelineOf());
    const id = await view.first();
    const compile = await engine.job('Compile');
    const stop = { pipelineName: 'web', pipelineExecutionId: id };
    await engine.call('StopPipelineExecution', { ...stop, reason: 'bad release' });
    expect((await view.execution(id)).status).toBe('Stopping');
    await expect(engine.call('StopPipelineExecution', stop)).rejects.toMatchObject({
      code: 'DuplicatedStopRequestException',
    });
    await engine.reply(compile, 'succeeded');
    await view.ended(id, 'Stopped');
    expect((await view.executions())[0]?.stopTrigger).toEqual({ reason: 'bad release' });
    await expect(engine.call('StopPipelineExecution', stop)).rejects.toMatchObject({
      code: 'PipelineExecutionNotStoppableException',
    });
    const next = await view.start();
    const abandoned = await engine.job('Compile', next);
    await engine.call('StopPipelineExecution', { ...stop, pipelineExecutionId: next, abandon: true });
    await view.ended(next, 'Stopped');
    expect((await view.actions(next))[0]?.status).toBe('Abandoned');
    await engine.reply(abandoned, 'succeeded');
    expect((await view.execution(next)).status).toBe('Stopped');
    await engine.call('RetryStageExecution', {
      pipelineName: 'web',
      stageName: 'Build',
      pipelineExecutionId: next,
      retryMode: 'FAILED_ACTIONS',
    });
    await engine.until(async () => (await view.execution(next)).status === 'InProgress');
  });

  test('an approval waits for its answer, with a token that works once (B6)', async () => {
    await view.create(
      pipelineOf({
        stages: [
          {
            name: 'Gate',
            actions: [approvalAction('Promote', { configuration: { CustomData: '#{Src.CommitId}' } })],
          },
          { name: 'Deploy', actions: [buildAction('Ship')] },
        ],
      }),
    );
    const token = await view.approvalToken();
    const answer = {
      pipelineName: 'web',
      stageName: 'Gate',
      actionName: 'Promote',
      token,
      result: { status: 'Approved', summary: 'ok' },
    };
    await expect(
      engine.call('PutApprovalResult', { ...answer, token: '00000000-0000-4000-8000-000000000000' }),
    ).rejects.toMatchObject({ code: 'InvalidApprovalTokenException' });
    await expect(engine.call('PutApprovalResult', { ...answer, actionName: 'Nobody' })).rejects.toMatchObject(
      {
        code: 'ActionNotFoundException',
      },
    );
    await engine.call('PutApprovalResult', answer);
    await expect(engine.call('PutApprovalResult', answer)).rejects.toMatchObject({
      code: 'ApprovalAlreadyCompletedException',
    });
    await engine.reply(await engine.job('Ship'), 'succeeded');
    const id = await view.first();
    await view.ended(id, 'Succeeded');
    const promote = (await view.actions(id)).find((each) => each.actionName === 'Promote');
    expect(promote).toMatchObject({
      updatedBy: expect.stringContaining(':root'),
      input: { resolvedConfiguration: { CustomData: 'newest' } },
      output: { executionResult: { externalExecutionSummary: 'ok' } },
    });
    const rejected = await view.start();
    const second = await view.approvalToken();
    await engine.call('PutApprovalResult', {
      ...answer,
      token: second,
      result: { status: 'Rejected', summary: 'not today' },
    });
    expect((await view.ended(rejected, 'Failed')).statusSummary).toContain('not today');
    const seen = await engine.until(async () => {
      const found = view.eventsOf('CodePipeline Approval State Change').map((detail) => detail['state']);
      return found.length === 4 && found;
    });
    expect(seen).toEqual(['NEEDED', 'APPROVED', 'NEEDED', 'REJECTED']);
  });

  test('an approval expires after 7 days, or after its own time (B6.2)', async () => {
    const gate = (more = {}) => ({ name: 'Gate', actions: [approvalAction('Promote', more)] });
    await view.create(pipelineOf({ stages: [gate()] }));
    const id = await view.first();
    const token = await view.approvalToken();
    kernel.clock.advance(7 * DAY - 60_000);
    await kernel.tasks.idle();
    expect((await view.execution(id)).status).toBe('InProgress');
    kernel.clock.advance(60_000);
    expect((await view.ended(id, 'Failed')).statusSummary).toContain('7 days (timeout)');
    await expect(
      engine.call('PutApprovalResult', {
        pipelineName: 'web',
        stageName: 'Gate',
        actionName: 'Promote',
        token,
        result: { status: 'Approved', summary: 'late' },
      }),
    ).rejects.toMatchObject({ code: 'InvalidApprovalTokenException' });
    await engine.call('UpdatePipeline', {
      pipeline: pipelineOf({ stages: [gate({ timeoutInMinutes: 5 })] }),
    });
    const short = await view.start();
    await view.approvalToken();
    kernel.clock.advance(5 * 60_000);
    expect((await view.ended(short, 'Failed')).statusSummary).toContain('5 minutes (timeout)');
  });

  test('an action that takes too long fails and its work is stopped', async () => {
    await view.create(pipelineOf());
    const id = await view.first();
    const job = await engine.job('Compile');
    await engine.until(async () => (await view.actions(id))[0]?.output?.executionResult?.externalExecutionId);
    kernel.clock.advance(60 * 60_000);
    await view.ended(id, 'Failed');
    await engine.until(async () => engine.stopped.includes(`external-${job.key}`));
    expect((await view.actions(id))[0]?.output?.executionResult?.errorDetails?.code).toBe('JobTimedOut');
  });

  test('a stage may retry by itself, once (B4.5)', async () => {
    await view.create(
      pipelineOf({
        stages: [
          {
            name: 'Build',
            actions: [buildAction('Compile')],
            onFailure: { result: 'RETRY', retryConfiguration: { retryMode: 'ALL_ACTIONS' } },
          },
        ],
      }),
    );
    const id = await view.first();
    await engine.reply(await engine.job('Compile'), 'failed');
    const second = await engine.until(async () => engine.jobs.filter((job) => job.action === 'Compile')[1]);
    expect((await view.execution(id)).status).toBe('InProgress');
    expect((await view.actions(id)).map((each) => [each.actionName, each.status])).toEqual([
      ['Compile', 'InProgress'],
      ['Compile', 'Failed'],
      ['Checkout', 'Succeeded'],
    ]);
    await engine.reply(second, 'failed');
    await view.ended(id, 'Failed');
    expect((await view.stage('Build'))?.retryStageMetadata).toEqual({
      autoStageRetryAttempt: 1,
      latestRetryTrigger: 'AutomatedStageRetry',
    });
  });
});
