import { expect, test } from 'vitest';
import { approvalAction, buildAction, pipelineOf } from '../../../testkit/codepipeline/engine-room.ts';
import { engineForEachTest } from '../../../testkit/codepipeline/engine-suite.ts';
import { describeEachDatabase } from '../../../testkit/contracts/each-database.ts';
import { TEST_SCOPE } from '../../../testkit/support/test-context.ts';
import { ACTION_TYPES } from './actions/table.ts';
import type { CodePipelineParts } from './parts.ts';
import { startExecution } from './start-execution.ts';
import { findPipeline } from './store/pipelines.ts';
import type { PipelineRow } from './tables.ts';

describeEachDatabase('a pipeline that is edited while its executions run (B1.6)', (newPlace) => {
  const lab = engineForEachTest(newPlace);

  const update = (stages: readonly unknown[]) =>
    lab.engine.call('UpdatePipeline', { pipeline: pipelineOf({ stages }) });
  const onlyOther = () => update([{ name: 'Other', actions: [buildAction('Else')] }]);

  test('an approval is answered by the names that its execution knows (B6.1)', async () => {
    const ship = { name: 'Deploy', actions: [buildAction('Ship')] };
    await lab.view.create(
      pipelineOf({ stages: [{ name: 'Gate', actions: [approvalAction('Promote')] }, ship] }),
    );
    const id = await lab.view.first();
    const token = await lab.view.approvalToken();
    await update([{ name: 'Review', actions: [approvalAction('Sign')] }, ship]);
    const answer = (stageName: string, actionName: string) =>
      lab.engine.call('PutApprovalResult', {
        pipelineName: 'web',
        stageName,
        actionName,
        token,
        result: { status: 'Approved', summary: 'ok' },
      });
    await expect(answer('Nowhere', 'Promote')).rejects.toMatchObject({ code: 'StageNotFoundException' });
    await expect(answer('Gate', 'Nobody')).rejects.toMatchObject({ code: 'ActionNotFoundException' });
    // The newest version has this action, but it is not what the token is for.
    await expect(answer('Review', 'Sign')).rejects.toMatchObject({ code: 'StageNotFoundException' });
    await answer('Gate', 'Promote');
    await lab.engine.reply(await lab.engine.job('Ship', id), 'succeeded');
    expect((await lab.view.ended(id, 'Succeeded')).pipelineVersion).toBe(1);
  });

  test('a stage that the newest version no longer has can still be retried (B4.3)', async () => {
    await lab.view.create(pipelineOf());
    const id = await lab.view.first();
    const first = await lab.engine.job('Compile');
    await lab.engine.reply(first, 'failed');
    await lab.view.ended(id, 'Failed');
    await onlyOther();
    const retry = (stageName: string) =>
      lab.engine.call('RetryStageExecution', {
        pipelineName: 'web',
        stageName,
        pipelineExecutionId: id,
        retryMode: 'FAILED_ACTIONS',
      });
    await expect(retry('Other')).rejects.toMatchObject({ code: 'StageNotFoundException' });
    await retry('Build');
    const again = await lab.engine.until(async () => {
      const job = await lab.engine.job('Compile', id);
      return job.key !== first.key && job;
    });
    await lab.engine.reply(again, 'succeeded');
    await lab.engine.reply(await lab.engine.job('Ship', id), 'succeeded');
    await lab.view.ended(id, 'Succeeded');
  });

  test('whoever waits in front of a disabled transition gets in, though its stage was taken out (B4.1)', async () => {
    await lab.view.create(pipelineOf());
    const transition = { pipelineName: 'web', stageName: 'Deploy', transitionType: 'Inbound' };
    await lab.engine.call('DisableStageTransition', { ...transition, reason: 'freeze' });
    const id = await lab.view.first();
    await lab.engine.reply(await lab.engine.job('Compile'), 'succeeded');
    await lab.engine.until(
      async () => (await lab.view.stage('Deploy'))?.inboundExecution?.pipelineExecutionId === id,
    );
    await onlyOther();
    for (const stageName of ['Nowhere', 'Build']) {
      await expect(
        lab.engine.call('EnableStageTransition', { ...transition, stageName }),
      ).rejects.toMatchObject({ code: 'StageNotFoundException' });
    }
    await expect(
      lab.engine.call('DisableStageTransition', { ...transition, reason: 'again' }),
    ).rejects.toMatchObject({ code: 'StageNotFoundException' });
    await lab.engine.call('EnableStageTransition', transition);
    await lab.engine.reply(await lab.engine.job('Ship', id), 'succeeded');
    await lab.view.ended(id, 'Succeeded');
  });

  test('those that wait when the mode changes are let in by the mode they began with (B3)', async () => {
    await lab.view.create(pipelineOf({ executionMode: 'QUEUED' }));
    const [one, two, three] = [await lab.view.first(), await lab.view.start(), await lab.view.start()];
    const first = await lab.engine.job('Compile', one);
    await lab.engine.until(
      async () => (await lab.view.stage('Build'))?.inboundExecution?.pipelineExecutionId === two,
    );
    await lab.engine.call('UpdatePipeline', { pipeline: pipelineOf() });
    const [four, five] = [await lab.view.start(), await lab.view.start()];
    // The newest of those in SUPERSEDED mode; nobody else has moved meanwhile.
    await lab.view.ended(four, 'Superseded');
    await lab.engine.reply(first, 'succeeded');
    for (const id of [two, three]) {
      await lab.engine.reply(await lab.engine.job('Compile', id), 'succeeded');
    }
    await lab.engine.job('Compile', five);
    const entered = lab.engine.jobs.filter((job) => job.action === 'Compile').map((job) => job.executionId);
    expect(entered).toEqual([one, two, three, five]);
  });

  test('an older one that waits goes in before newer ones, though the mode changed to QUEUED (B3.2)', async () => {
    await lab.view.create(pipelineOf());
    const [one, two] = [await lab.view.first(), await lab.view.start()];
    const first = await lab.engine.job('Compile', one);
    const waiting = (count: number) =>
      lab.engine.until(async () => (await lab.view.stage('Build'))?.inboundExecutions?.length === count);
    await waiting(1);
    await lab.engine.call('UpdatePipeline', { pipeline: pipelineOf({ executionMode: 'QUEUED' }) });
    const three = await lab.view.start();
    await waiting(2);
    await lab.engine.reply(first, 'succeeded');
    const next = await lab.engine.until(async () =>
      lab.engine.jobs.find((job) => job.action === 'Compile' && job.executionId !== one),
    );
    expect(next.executionId).toBe(two);
    await lab.engine.reply(next, 'succeeded');
    await lab.engine.job('Compile', three);
  });

  test('who has read a pipeline that another server deletes starts nothing in it', async () => {
    await lab.view.create(pipelineOf());
    const { database } = lab.kernel;
    const stale = (await findPipeline(database.read, TEST_SCOPE, 'web')) as PipelineRow;
    await lab.engine.call('DeletePipeline', { name: 'web' });
    await lab.view.create(pipelineOf());
    const parts = { kernel: lab.kernel, types: ACTION_TYPES } as unknown as CodePipelineParts;
    const trigger = { type: 'StartPipelineExecution', detail: 'test' };
    await expect(
      database.transaction((tx) => startExecution(parts, tx, TEST_SCOPE, stale, { trigger })),
    ).rejects.toMatchObject({ code: 'PipelineNotFoundException' });
    expect(await lab.view.executions()).toHaveLength(1);
  });

  test('work that begins while its pipeline is deleted is stopped again', async () => {
    const { release, begun } = lab.engine.holdNextStart('Compile');
    await lab.view.create(pipelineOf());
    const job = await begun;
    await lab.engine.call('DeletePipeline', { name: 'web' });
    const states = () =>
      lab.kernel.database.read.query<{ status: string }>(
        'select status from codepipeline_executions where account = ? and execution_id = ?',
        [TEST_SCOPE.account, job.executionId],
      );
    await lab.engine.until(async () => (await states())[0]?.status === 'Cancelled');
    release();
    await lab.engine.until(async () => lab.engine.stopped.includes(`external-${job.key}`));
    await lab.kernel.tasks.idle();
    expect(await states()).toEqual([{ status: 'Cancelled' }]);
  });
});
