import { expect, test } from 'vitest';
import { buildAction, pipelineOf, sourceAction } from '../../../testkit/codepipeline/engine-room.ts';
import { engineForEachTest } from '../../../testkit/codepipeline/engine-suite.ts';
import { describeEachDatabase } from '../../../testkit/contracts/each-database.ts';

describeEachDatabase('what starts pipelines', (newPlace) => {
  const lab = engineForEachTest(newPlace);

  test('an execution is pinned to the version it was started with', async () => {
    await lab.view.create(pipelineOf());
    const id = await lab.view.first();
    const compile = await lab.engine.job('Compile');
    await lab.engine.call('UpdatePipeline', {
      pipeline: pipelineOf({ stages: [{ name: 'Other', actions: [buildAction('Else')] }] }),
    });
    await lab.engine.reply(compile, 'succeeded');
    await lab.engine.reply(await lab.engine.job('Ship', id), 'succeeded');
    expect((await lab.view.ended(id, 'Succeeded')).pipelineVersion).toBe(1);
    const next = await lab.view.start();
    await lab.engine.job('Else', next);
    expect((await lab.view.execution(next)).pipelineVersion).toBe(2);
  });

  test('a push starts the pipelines that listen, at that commit; a rule starts its target once', async () => {
    await lab.view.create(pipelineOf());
    await lab.engine.job('Compile');
    await lab.engine.publish(push('other', 'c0'));
    await lab.engine.publish(push('main', 'c1'));
    const found = await lab.engine.until(async () => {
      const [newest] = await lab.view.executions();
      return newest?.sourceRevisions?.[0]?.revisionId === 'c1' && newest;
    });
    expect(found.trigger).toEqual({ triggerType: 'PollForSourceChanges', triggerDetail: 'Checkout' });
    expect(await lab.view.executions()).toHaveLength(2);
    const event = push('main', 'c2');
    const invocation = {
      scope: { account: '111111111111', region: 'us-east-1' },
      key: 'event-1-rule-1',
      ruleArn: 'arn:aws:events:us-east-1:111111111111:rule/on-push',
      targetArn: 'arn:aws:codepipeline:us-east-1:111111111111:web',
      roleArn: undefined,
      payload: '{}',
      event: { source: event.source, 'detail-type': event.detailType, detail: event.detail },
    };
    await lab.engine.invokeTarget(invocation);
    await lab.engine.invokeTarget(invocation);
    const byRule = await lab.engine.until(async () => {
      const [newest] = await lab.view.executions();
      return newest?.sourceRevisions?.[0]?.revisionId === 'c2' && newest;
    });
    expect(byRule.trigger).toEqual({ triggerType: 'CloudWatchEvent', triggerDetail: invocation.ruleArn });
    expect(await lab.view.executions()).toHaveLength(3);
  });

  test('PollForSourceChanges false leaves pushes to rules', async () => {
    const pipeline = pipelineOf();
    pipeline.stages[0] = {
      name: 'Source',
      actions: [
        sourceAction({
          configuration: { RepositoryName: 'app', BranchName: 'main', PollForSourceChanges: 'false' },
        }),
      ],
    };
    await lab.view.create(pipeline);
    await lab.engine.publish({
      source: 'aws.codecommit',
      detailType: 'CodeCommit Repository State Change',
      detail: {
        event: 'referenceUpdated',
        referenceType: 'branch',
        referenceName: 'main',
        repositoryName: 'app',
        commitId: 'c1',
      },
    });
    await lab.engine.until(async () => lab.engine.events.some((event) => event.source === 'aws.codecommit'));
    expect(await lab.view.executions()).toHaveLength(1);
  });

  test('the same client token starts one execution; with other parameters it is a conflict', async () => {
    await lab.view.create(pipelineOf({ variables: [{ name: 'env', defaultValue: 'dev' }] }));
    const id = await lab.view.start({ clientRequestToken: 'once' });
    expect(await lab.view.start({ clientRequestToken: 'once' })).toBe(id);
    await expect(
      lab.view.start({ clientRequestToken: 'once', variables: [{ name: 'env', value: 'x' }] }),
    ).rejects.toMatchObject({ code: 'ConflictException' });
    expect(await lab.view.executions()).toHaveLength(2);
  });

  test('a token that started an execution answers its id, whatever became of the pipeline meanwhile', async () => {
    await lab.view.create(pipelineOf());
    const id = await lab.view.start({ clientRequestToken: 'once' });
    await lab.engine.call('UpdatePipeline', { pipeline: pipelineOf({ variables: [{ name: 'env' }] }) });
    expect(await lab.view.start({ clientRequestToken: 'once' })).toBe(id);
    await expect(lab.view.start({ clientRequestToken: 'twice' })).rejects.toMatchObject({
      code: 'ValidationException',
    });
    expect(await lab.view.executions()).toHaveLength(2);
  });

  test('deleting a pipeline cancels what runs; its name is free again', async () => {
    await lab.view.create(pipelineOf());
    const job = await lab.engine.job('Compile');
    await lab.engine.until(
      async () => (await lab.view.actions(job.executionId))[0]?.output?.executionResult?.externalExecutionId,
    );
    await lab.engine.call('DeletePipeline', { name: 'web' });
    await lab.engine.call('DeletePipeline', { name: 'web' });
    await expect(lab.engine.call('GetPipeline', { name: 'web' })).rejects.toMatchObject({
      code: 'PipelineNotFoundException',
    });
    await lab.engine.until(async () => lab.engine.stopped.includes(`external-${job.key}`));
    await lab.view.create(pipelineOf());
    expect(await lab.view.executions()).toHaveLength(1);
  });
});

function push(branch: string, commitId: string) {
  return {
    source: 'aws.codecommit',
    detailType: 'CodeCommit Repository State Change',
    detail: {
      event: 'referenceUpdated',
      referenceType: 'branch',
      referenceName: branch,
      repositoryName: 'app',
      commitId,
    },
  };
}
