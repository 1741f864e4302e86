import type { ListActionExecutionsOutput } from '@aws-sdk/client-codepipeline';
import { expect, test } from 'vitest';
import { approvalAction, buildAction, pipelineOf } from '../../../testkit/codepipeline/engine-room.ts';
import { engineForEachTest } from '../../../testkit/codepipeline/engine-suite.ts';
import { describeEachDatabase } from '../../../testkit/contracts/each-database.ts';

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;

describeEachDatabase('what people do to pipelines', (newPlace) => {
  const lab = engineForEachTest(newPlace);

  test('retry goes on in the same execution with the same revision, failed actions only or all (B4.3)', async () => {
    await lab.view.create(
      pipelineOf({ stages: [{ name: 'Build', actions: [buildAction('A'), buildAction('B')] }] }),
    );
    const id = await lab.view.first();
    const a = await lab.engine.job('A');
    await lab.engine.reply(a, 'succeeded');
    const b = await lab.engine.job('B');
    await lab.engine.reply(b, 'failed');
    await lab.view.ended(id, 'Failed');
    const retry = { pipelineName: 'web', stageName: 'Build', pipelineExecutionId: id };
    await lab.engine.call('RetryStageExecution', { ...retry, retryMode: 'FAILED_ACTIONS' });
    const again = await lab.engine.until(async () => {
      const job = await lab.engine.job('B');
      return job.key !== b.key && job;
    });
    expect(again.inputs).toEqual(b.inputs);
    expect(lab.engine.jobs.filter((job) => job.action === 'A')).toHaveLength(1);
    // The answer to the first attempt comes again, too late.
    await lab.engine.reply(b, 'succeeded');
    expect((await lab.view.execution(id)).status).toBe('InProgress');
    await lab.engine.reply(again, 'failed');
    await lab.view.ended(id, 'Failed');
    await lab.engine.call('RetryStageExecution', { ...retry, retryMode: 'ALL_ACTIONS' });
    await lab.engine.until(async () => lab.engine.jobs.filter((job) => job.action === 'A').length === 2);
    expect((await lab.view.stage('Build'))?.retryStageMetadata).toEqual({
      manualStageRetryAttempt: 2,
      latestRetryTrigger: 'ManualStageRetry',
    });
    await expect(
      lab.engine.call('RetryStageExecution', { ...retry, retryMode: 'ALL_ACTIONS' }),
    ).rejects.toMatchObject({ code: 'StageNotRetryableException' });
    const latest = await lab.engine.call<ListActionExecutionsOutput>('ListActionExecutions', {
      pipelineName: 'web',
      filter: { latestInPipelineExecution: { pipelineExecutionId: id, startTimeRange: 'Latest' } },
    });
    expect(latest.actionExecutionDetails?.length).toBe(3);
  });

  test('a failed action is retried while others of its stage go on; all of them only when none runs (B4.3)', async () => {
    const actions = [buildAction('A'), buildAction('B'), buildAction('C', { runOrder: 2 })];
    await lab.view.create(pipelineOf({ stages: [{ name: 'Build', actions }] }));
    const id = await lab.view.first();
    const a = await lab.engine.job('A');
    const b = await lab.engine.job('B');
    const retry = (retryMode: string) =>
      lab.engine.call('RetryStageExecution', {
        pipelineName: 'web',
        stageName: 'Build',
        pipelineExecutionId: id,
        retryMode,
      });
    // Nothing has failed so far.
    await expect(retry('FAILED_ACTIONS')).rejects.toMatchObject({ code: 'StageNotRetryableException' });
    await lab.engine.reply(b, 'failed');
    await expect(retry('ALL_ACTIONS')).rejects.toMatchObject({ code: 'StageNotRetryableException' });
    await retry('FAILED_ACTIONS');
    const again = await lab.engine.until(async () => {
      const job = await lab.engine.job('B');
      return job.key !== b.key && job;
    });
    await expect(retry('FAILED_ACTIONS')).rejects.toMatchObject({ code: 'StageNotRetryableException' });
    expect((await lab.view.stage('Build'))?.retryStageMetadata).toEqual({
      manualStageRetryAttempt: 1,
      latestRetryTrigger: 'ManualStageRetry',
    });
    await lab.engine.reply(a, 'succeeded');
    expect(lab.engine.jobs.map((job) => job.action)).not.toContain('C');
    await lab.engine.reply(again, 'succeeded');
    await lab.engine.reply(await lab.engine.job('C'), 'succeeded');
    await lab.view.ended(id, 'Succeeded');
    expect(lab.engine.jobs.filter((job) => job.action === 'A')).toHaveLength(1);
    const attempts = (await lab.view.actions(id)).filter((each) => each.actionName === 'B');
    expect(attempts.map((each) => each.status)).toEqual(['Succeeded', 'Failed']);
  });

  test('who is to stop is not retried: nothing begins any more (B4.2)', async () => {
    await lab.view.create(
      pipelineOf({ stages: [{ name: 'Build', actions: [buildAction('A'), buildAction('B')] }] }),
    );
    const id = await lab.view.first();
    const a = await lab.engine.job('A');
    await lab.engine.reply(await lab.engine.job('B'), 'failed');
    await lab.engine.call('StopPipelineExecution', { pipelineName: 'web', pipelineExecutionId: id });
    const retry = {
      pipelineName: 'web',
      stageName: 'Build',
      pipelineExecutionId: id,
      retryMode: 'FAILED_ACTIONS',
    };
    await expect(lab.engine.call('RetryStageExecution', retry)).rejects.toMatchObject({
      code: 'StageNotRetryableException',
    });
    await lab.engine.reply(a, 'succeeded');
    await lab.view.ended(id, 'Stopped');
    await lab.engine.call('RetryStageExecution', retry);
    await lab.engine.until(async () => lab.engine.jobs.filter((job) => job.action === 'B').length === 2);
  });

  test('retry is refused once another execution entered the stage', async () => {
    await lab.view.create(pipelineOf());
    const old = await lab.view.first();
    await lab.engine.reply(await lab.engine.job('Compile'), 'failed');
    await lab.view.ended(old, 'Failed');
    const newer = await lab.view.start();
    await lab.engine.job('Compile', newer);
    await expect(
      lab.engine.call('RetryStageExecution', {
        pipelineName: 'web',
        stageName: 'Build',
        pipelineExecutionId: old,
        retryMode: 'FAILED_ACTIONS',
      }),
    ).rejects.toMatchObject({ code: 'NotLatestPipelineExecutionException' });
    expect((await lab.view.execution(old)).status).toBe('Failed');
  });

  test('a disabled transition holds the newest back until it is enabled (B4-S2)', async () => {
    await lab.view.create(pipelineOf());
    const transition = { pipelineName: 'web', stageName: 'Deploy', transitionType: 'Inbound' };
    await lab.engine.call('DisableStageTransition', { ...transition, reason: 'freeze' });
    const ids = [await lab.view.first(), await lab.view.start(), await lab.view.start()];
    for (const id of ids) {
      const job = await lab.engine.until(async () => {
        const status = (await lab.view.execution(id)).status;
        if (status === 'Superseded') return 'overtaken' as const;
        return lab.engine.jobs.find((each) => each.action === 'Compile' && each.executionId === id);
      });
      if (job !== 'overtaken') await lab.engine.reply(job, 'succeeded');
    }
    const last = ids[2] as string;
    await lab.engine.until(
      async () => (await lab.view.stage('Deploy'))?.inboundExecution?.pipelineExecutionId === last,
    );
    expect((await lab.view.stage('Deploy'))?.inboundTransitionState).toMatchObject({
      enabled: false,
      disabledReason: 'freeze',
      lastChangedBy: expect.stringContaining(':root'),
    });
    expect(lab.engine.jobs.map((job) => job.action)).not.toContain('Ship');
    await lab.engine.call('EnableStageTransition', transition);
    await lab.engine.reply(await lab.engine.job('Ship', last), 'succeeded');
    await lab.view.ended(last, 'Succeeded');
    expect(lab.engine.jobs.filter((job) => job.action === 'Ship')).toHaveLength(1);
    expect((await lab.view.stage('Deploy'))?.inboundTransitionState?.disabledReason).toBeUndefined();
  });

  test('stop and wait lets the running action finish; stop and abandon does not; a second stop is refused (B4.2)', async () => {
    await lab.view.create(pipelineOf());
    const id = await lab.view.first();
    const compile = await lab.engine.job('Compile');
    const stop = { pipelineName: 'web', pipelineExecutionId: id };
    await lab.engine.call('StopPipelineExecution', { ...stop, reason: 'bad release' });
    expect((await lab.view.execution(id)).status).toBe('Stopping');
    await expect(lab.engine.call('StopPipelineExecution', stop)).rejects.toMatchObject({
      code: 'DuplicatedStopRequestException',
    });
    await lab.engine.reply(compile, 'succeeded');
    await lab.view.ended(id, 'Stopped');
    expect((await lab.view.executions())[0]?.stopTrigger).toEqual({ reason: 'bad release' });
    await expect(lab.engine.call('StopPipelineExecution', stop)).rejects.toMatchObject({
      code: 'PipelineExecutionNotStoppableException',
    });
    const next = await lab.view.start();
    const abandoned = await lab.engine.job('Compile', next);
    await lab.engine.call('StopPipelineExecution', { ...stop, pipelineExecutionId: next, abandon: true });
    await lab.view.ended(next, 'Stopped');
    expect((await lab.view.actions(next))[0]?.status).toBe('Abandoned');
    await lab.engine.reply(abandoned, 'succeeded');
    expect((await lab.view.execution(next)).status).toBe('Stopped');
    await lab.engine.call('RetryStageExecution', {
      pipelineName: 'web',
      stageName: 'Build',
      pipelineExecutionId: next,
      retryMode: 'FAILED_ACTIONS',
    });
    await lab.engine.until(async () => (await lab.view.execution(next)).status === 'InProgress');
  });

  test('an approval waits for its answer, with a token that works once (B6)', async () => {
    await lab.view.create(
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
    const token = await lab.view.approvalToken();
    const answer = {
      pipelineName: 'web',
      stageName: 'Gate',
      actionName: 'Promote',
      token,
      result: { status: 'Approved', summary: 'ok' },
    };
    await expect(
      lab.engine.call('PutApprovalResult', { ...answer, token: '00000000-0000-4000-8000-000000000000' }),
    ).rejects.toMatchObject({ code: 'InvalidApprovalTokenException' });
    await expect(
      lab.engine.call('PutApprovalResult', { ...answer, actionName: 'Nobody' }),
    ).rejects.toMatchObject({
      code: 'ActionNotFoundException',
    });
    await lab.engine.call('PutApprovalResult', answer);
    await expect(lab.engine.call('PutApprovalResult', answer)).rejects.toMatchObject({
      code: 'ApprovalAlreadyCompletedException',
    });
    await lab.engine.reply(await lab.engine.job('Ship'), 'succeeded');
    const id = await lab.view.first();
    await lab.view.ended(id, 'Succeeded');
    const promote = (await lab.view.actions(id)).find((each) => each.actionName === 'Promote');
    expect(promote).toMatchObject({
      updatedBy: expect.stringContaining(':root'),
      input: { resolvedConfiguration: { CustomData: 'newest' } },
      output: { executionResult: { externalExecutionSummary: 'ok' } },
    });
    const rejected = await lab.view.start();
    const second = await lab.view.approvalToken();
    await lab.engine.call('PutApprovalResult', {
      ...answer,
      token: second,
      result: { status: 'Rejected', summary: 'not today' },
    });
    expect((await lab.view.ended(rejected, 'Failed')).statusSummary).toContain('not today');
    const seen = await lab.engine.until(async () => {
      const found = lab.view.eventsOf('CodePipeline Approval State Change').map((detail) => detail['state']);
      return found.length === 4 && found;
    });
    expect(seen).toEqual(['NEEDED', 'APPROVED', 'NEEDED', 'REJECTED']);
  });

  test('an approval expires after 7 days, or after its own time (B6.2)', async () => {
    await lab.view.create(pipelineOf({ stages: [gate()] }));
    const id = await lab.view.first();
    const token = await lab.view.approvalToken();
    lab.kernel.clock.advance(7 * DAY - HOUR);
    await lab.kernel.tasks.idle();
    expect((await lab.view.execution(id)).status).toBe('InProgress');
    lab.kernel.clock.advance(HOUR);
    expect((await lab.view.ended(id, 'Failed')).statusSummary).toContain('7 days (timeout)');
    await expect(
      lab.engine.call('PutApprovalResult', {
        pipelineName: 'web',
        stageName: 'Gate',
        actionName: 'Promote',
        token,
        result: { status: 'Approved', summary: 'late' },
      }),
    ).rejects.toMatchObject({ code: 'InvalidApprovalTokenException' });
    await lab.engine.call('UpdatePipeline', {
      pipeline: pipelineOf({ stages: [gate({ timeoutInMinutes: 5 })] }),
    });
    const short = await lab.view.start();
    await lab.view.approvalToken();
    lab.kernel.clock.advance(5 * 60_000);
    expect((await lab.view.ended(short, 'Failed')).statusSummary).toContain('5 minutes (timeout)');
  });

  test('an action that takes too long fails and its work is stopped', async () => {
    await lab.view.create(pipelineOf());
    const id = await lab.view.first();
    const job = await lab.engine.job('Compile');
    await lab.engine.until(
      async () => (await lab.view.actions(id))[0]?.output?.executionResult?.externalExecutionId,
    );
    lab.kernel.clock.advance(60 * 60_000);
    await lab.view.ended(id, 'Failed');
    await lab.engine.until(async () => lab.engine.stopped.includes(`external-${job.key}`));
    expect((await lab.view.actions(id))[0]?.output?.executionResult?.errorDetails?.code).toBe('JobTimedOut');
  });

  test('a stage may retry by itself, once (B4.5)', async () => {
    await lab.view.create(
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
    const id = await lab.view.first();
    await lab.engine.reply(await lab.engine.job('Compile'), 'failed');
    const second = await lab.engine.until(
      async () => lab.engine.jobs.filter((job) => job.action === 'Compile')[1],
    );
    expect((await lab.view.execution(id)).status).toBe('InProgress');
    expect((await lab.view.actions(id)).map((each) => [each.actionName, each.status])).toEqual([
      ['Compile', 'InProgress'],
      ['Compile', 'Failed'],
      ['Checkout', 'Succeeded'],
    ]);
    await lab.engine.reply(second, 'failed');
    await lab.view.ended(id, 'Failed');
    expect((await lab.view.stage('Build'))?.retryStageMetadata).toEqual({
      autoStageRetryAttempt: 1,
      latestRetryTrigger: 'AutomatedStageRetry',
    });
  });
});

function gate(more = {}) {
  return { name: 'Gate', actions: [approvalAction('Promote', more)] };
}
