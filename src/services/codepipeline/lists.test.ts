import type {
  ListActionExecutionsOutput,
  ListActionTypesOutput,
  ListPipelineExecutionsOutput,
  ListPipelinesOutput,
  ListTagsForResourceOutput,
} from '@aws-sdk/client-codepipeline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type EngineRoom,
  openEngineRoom,
  pipelineOf,
  pipelineViewer,
} from '../../../testkit/codepipeline/engine-room.ts';
import { type DatabasePlace, describeEachDatabase } from '../../../testkit/contracts/each-database.ts';

describeEachDatabase('lists of pipelines', (newPlace) => {
  let place: DatabasePlace;
  let engine: EngineRoom;
  let view: ReturnType<typeof pipelineViewer>;

  beforeEach(async () => {
    place = await newPlace();
    engine = await openEngineRoom(await place.openKernel());
    view = pipelineViewer(engine);
  });
  afterEach(() => place[Symbol.asyncDispose]());

  /** Follows the tokens to the end. */
  const pages = async <O extends { nextToken?: string | undefined }>(operation: string, input: object) => {
    const found: O[] = [];
    let nextToken: string | undefined;
    do {
      const page: O = await engine.call<O>(operation, { ...input, ...(nextToken ? { nextToken } : {}) });
      found.push(page);
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return found;
  };

  test('every list comes in pages, and refuses a token that is not its own', async () => {
    for (const name of ['web', 'api', 'jobs']) await view.create(pipelineOf({ name }));
    const ids = [await view.first()];
    for (let n = 0; n < 4; n++) ids.push(await view.start());
    await engine.until(async () => (await view.execution(ids[3] as string)).status === 'Superseded');
    const pipelines = await pages<ListPipelinesOutput>('ListPipelines', { maxResults: 2 });
    expect(pipelines.map((page) => page.pipelines?.map((each) => each.name))).toEqual([
      ['api', 'jobs'],
      ['web'],
    ]);
    const executions = await pages<ListPipelineExecutionsOutput>('ListPipelineExecutions', {
      pipelineName: 'web',
      maxResults: 2,
    });
    expect(executions.map((page) => page.pipelineExecutionSummaries?.length)).toEqual([2, 2, 1]);
    const listed = executions.flatMap((page) => page.pipelineExecutionSummaries ?? []);
    expect(listed.map((each) => each.pipelineExecutionId)).toEqual(ids.toReversed());
    const all = (
      await pages<ListActionExecutionsOutput>('ListActionExecutions', { pipelineName: 'web' })
    ).flatMap((page) => page.actionExecutionDetails ?? []);
    const inPages = (
      await pages<ListActionExecutionsOutput>('ListActionExecutions', { pipelineName: 'web', maxResults: 1 })
    ).flatMap((page) => page.actionExecutionDetails ?? []);
    expect(inPages.map((each) => each.actionExecutionId)).toEqual(all.map((each) => each.actionExecutionId));
    expect(all.length).toBeGreaterThan(2);
    const foreign = pipelines[0]?.nextToken;
    for (const nextToken of [foreign, 'garbage', Buffer.from('["executions","x"]').toString('base64url')]) {
      await expect(
        engine.call('ListPipelineExecutions', { pipelineName: 'web', nextToken }),
      ).rejects.toMatchObject({ code: 'InvalidNextTokenException' });
    }
  });

  test('executions that succeeded in a stage', async () => {
    await view.create(pipelineOf());
    const one = await view.first();
    await engine.reply(await engine.job('Compile', one), 'succeeded');
    await engine.job('Ship', one);
    const two = await view.start();
    await engine.reply(await engine.job('Compile', two), 'failed');
    await view.ended(two, 'Failed');
    const succeededIn = async (stageName: string) => {
      const input = { pipelineName: 'web', filter: { succeededInStage: { stageName } } };
      const answer = await engine.call<ListPipelineExecutionsOutput>('ListPipelineExecutions', input);
      return answer.pipelineExecutionSummaries?.map((each) => each.pipelineExecutionId);
    };
    expect(await succeededIn('Source')).toEqual([two, one]);
    expect(await succeededIn('Build')).toEqual([one]);
    expect(await succeededIn('Deploy')).toEqual([]);
  });

  test('an execution of another pipeline is not found', async () => {
    await view.create(pipelineOf());
    await view.create(pipelineOf({ name: 'other' }));
    const id = await view.first();
    const input = { pipelineName: 'other', pipelineExecutionId: id };
    await expect(engine.call('GetPipelineExecution', input)).rejects.toMatchObject({
      code: 'PipelineExecutionNotFoundException',
    });
    await expect(engine.call('StopPipelineExecution', input)).rejects.toMatchObject({
      code: 'PipelineExecutionNotStoppableException',
    });
  });

  test('tags are added, replaced, listed in pages and taken away', async () => {
    await view.create(pipelineOf());
    const resourceArn = 'arn:aws:codepipeline:us-east-1:111111111111:web';
    const tag = (tags: object[]) => engine.call('TagResource', { resourceArn, tags });
    await tag([
      { key: 'team', value: 'a' },
      { key: 'cost', value: '1' },
    ]);
    await tag([{ key: 'team', value: 'b' }]);
    const listed = await pages<ListTagsForResourceOutput>('ListTagsForResource', {
      resourceArn,
      maxResults: 1,
    });
    expect(listed.flatMap((page) => page.tags)).toEqual([
      { key: 'cost', value: '1' },
      { key: 'team', value: 'b' },
    ]);
    await engine.call('UntagResource', { resourceArn, tagKeys: ['cost', 'unknown'] });
    const left = await engine.call<ListTagsForResourceOutput>('ListTagsForResource', { resourceArn });
    expect(left.tags).toEqual([{ key: 'team', value: 'b' }]);
    await expect(tag([{ key: 'aws:x', value: '' }])).rejects.toMatchObject({ code: 'InvalidTagsException' });
    const many = Array.from({ length: 50 }, (_, n) => ({ key: `k${n}`, value: '' }));
    await expect(tag(many)).rejects.toMatchObject({ code: 'TooManyTagsException' });
    await expect(
      engine.call('ListTagsForResource', { resourceArn: 'arn:aws:codepipeline:us-east-1:222222222222:web' }),
    ).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
    await expect(engine.call('ListTagsForResource', { resourceArn: 'arn:aws:s3:::x' })).rejects.toMatchObject(
      {
        code: 'InvalidArnException',
      },
    );
  });

  test('what is built is listed', async () => {
    const types = async (input: object) =>
      (await engine.call<ListActionTypesOutput>('ListActionTypes', input)).actionTypes?.map(
        (type) => `${type.id?.category}/${type.id?.provider}`,
      );
    expect(await types({})).toEqual([
      'Source/CodeCommit',
      'Build/CodeBuild',
      'Deploy/CodeDeploy',
      'Approval/Manual',
    ]);
    expect(await types({ actionOwnerFilter: 'Custom' })).toEqual([]);
  });
});
