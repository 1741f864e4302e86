import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  buildAction,
  type EngineRoom,
  openEngineRoom,
  pipelineOf,
  pipelineViewer,
  sourceAction,
} from '../../../testkit/codepipeline/engine-room.ts';
import { type DatabasePlace, describeEachDatabase } from '../../../testkit/contracts/each-database.ts';
import type { TestKernel } from '../../../testkit/support/test-kernel.ts';

describeEachDatabase('what starts pipelines', (newPlace) => {
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

  test('an execution is pinned to the version it was started with', async () => {
    await view.create(pipelineOf());
    const id = await view.first();
    const compile = await engine.job('Compile');
    await engine.call('UpdatePipeline', {
      pipeline: pipelineOf({ stages: [{ name: 'Other', actions: [buildAction('Else')] }] }),
    });
    await engine.reply(compile, 'succeeded');
    await engine.reply(await engine.job('Ship', id), 'succeeded');
    expect((await view.ended(id, 'Succeeded')).pipelineVersion).toBe(1);
    const next = await view.start();
    await engine.job('Else', next);
    expect((await view.execution(next)).pipelineVersion).toBe(2);
  });

  test('a push starts the pipelines that listen, at that commit; a rule starts its target once', async () => {
    await view.create(pipelineOf());
    await engine.job('Compile');
    const push = (branch: string, commitId: string) => ({
      source: 'aws.codecommit',
      detailType: 'CodeCommit Repository State Change',
      detail: {
        event: 'referenceUpdated',
        referenceType: 'branch',
        referenceName: branch,
        repositoryName: 'app',
        commitId,
      },
    });
    await engine.publish(push('other', 'c0'));
    await engine.publish(push('main', 'c1'));
    const found = await engine.until(async () => {
      const [newest] = await view.executions();
      return newest?.sourceRevisions?.[0]?.revisionId === 'c1' && newest;
    });
    expect(found.trigger).toEqual({ triggerType: 'PollForSourceChanges', triggerDetail: 'Checkout' });
    expect(await view.executions()).toHaveLength(2);
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
    await engine.invokeTarget(invocation);
    await engine.invokeTarget(invocation);
    const byRule = await engine.until(async () => {
      const [newest] = await view.executions();
      return newest?.sourceRevisions?.[0]?.revisionId === 'c2' && newest;
    });
    expect(byRule.trigger).toEqual({ triggerType: 'CloudWatchEvent', triggerDetail: invocation.ruleArn });
    expect(await view.executions()).toHaveLength(3);
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
    await view.create(pipeline);
    await engine.publish({
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
    await engine.until(async () => engine.events.some((event) => event.source === 'aws.codecommit'));
    expect(await view.executions()).toHaveLength(1);
  });

  test('the same client token starts one execution; with other parameters it is a conflict', async () => {
    await view.create(pipelineOf({ variables: [{ name: 'env', defaultValue: 'dev' }] }));
    const id = await view.start({ clientRequestToken: 'once' });
    expect(await view.start({ clientRequestToken: 'once' })).toBe(id);
    await expect(
      view.start({ clientRequestToken: 'once', variables: [{ name: 'env', value: 'x' }] }),
    ).rejects.toMatchObject({ code: 'ConflictException' });
    expect(await view.executions()).toHaveLength(2);
  });

  test('deleting a pipeline cancels what runs; its name is free again', async () => {
    await view.create(pipelineOf());
    const job = await engine.job('Compile');
    await engine.until(
      async () => (await view.actions(job.executionId))[0]?.output?.executionResult?.externalExecutionId,
    );
    await engine.call('DeletePipeline', { name: 'web' });
    await engine.call('DeletePipeline', { name: 'web' });
    await expect(engine.call('GetPipeline', { name: 'web' })).rejects.toMatchObject({
      code: 'PipelineNotFoundException',
    });
    await engine.until(async () => engine.stopped.includes(`external-${job.key}`));
    await view.create(pipelineOf());
    expect(await view.executions()).toHaveLength(1);
  });
});
