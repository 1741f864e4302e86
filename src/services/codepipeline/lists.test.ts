import type {
  ListActionExecutionsOutput,
  ListActionTypesOutput,
  ListPipelineExecutionsOutput,
  ListPipelinesOutput,
  ListTagsForResourceOutput,
} from '@aws-sdk/client-codepipeline';
import { expect, test } from 'vitest';
import { pipelineOf } from '../../../testkit/codepipeline/engine-room.ts';
import { engineForEachTest } from '../../../testkit/codepipeline/engine-suite.ts';
import { describeEachDatabase } from '../../../testkit/contracts/each-database.ts';

describeEachDatabase('lists of pipelines', (newPlace) => {
  const lab = engineForEachTest(newPlace);

  /** Follows the tokens to the end. */
  const pages = async <O extends { nextToken?: string | undefined }>(operation: string, input: object) => {
    const found: O[] = [];
    let nextToken: string | undefined;
    do {
      const page: O = await lab.engine.call<O>(operation, { ...input, ...(nextToken ? { nextToken } : {}) });
      found.push(page);
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return found;
  };

  test('every list comes in pages, and refuses a token that is not its own', async () => {
    for (const name of ['web', 'api', 'jobs']) await lab.view.create(pipelineOf({ name }));
    const ids = [await lab.view.first()];
    for (let n = 0; n < 4; n++) ids.push(await lab.view.start());
    await lab.engine.until(async () => (await lab.view.execution(ids[3] as string)).status === 'Superseded');
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
        lab.engine.call('ListPipelineExecutions', { pipelineName: 'web', nextToken }),
      ).rejects.toMatchObject({ code: 'InvalidNextTokenException' });
    }
  });

  test('executions that succeeded in a stage', async () => {
    await lab.view.create(pipelineOf());
    const one = await lab.view.first();
    await lab.engine.reply(await lab.engine.job('Compile', one), 'succeeded');
    await lab.engine.job('Ship', one);
    const two = await lab.view.start();
    await lab.engine.reply(await lab.engine.job('Compile', two), 'failed');
    await lab.view.ended(two, 'Failed');
    const succeededIn = async (stageName: string) => {
      const input = { pipelineName: 'web', filter: { succeededInStage: { stageName } } };
      const answer = await lab.engine.call<ListPipelineExecutionsOutput>('ListPipelineExecutions', input);
      return answer.pipelineExecutionSummaries?.map((each) => each.pipelineExecutionId);
    };
    expect(await succeededIn('Source')).toEqual([two, one]);
    expect(await succeededIn('Build')).toEqual([one]);
    expect(await succeededIn('Deploy')).toEqual([]);
  });

  test('an execution of another pipeline is not found', async () => {
    await lab.view.create(pipelineOf());
    await lab.view.create(pipelineOf({ name: 'other' }));
    const id = await lab.view.first();
    const input = { pipelineName: 'other', pipelineExecutionId: id };
    await expect(lab.engine.call('GetPipelineExecution', input)).rejects.toMatchObject({
      code: 'PipelineExecutionNotFoundException',
    });
    await expect(lab.engine.call('StopPipelineExecution', input)).rejects.toMatchObject({
      code: 'PipelineExecutionNotStoppableException',
    });
  });

  test('tags are added, replaced, listed in pages and taken away', async () => {
    await lab.view.create(pipelineOf());
    const resourceArn = 'arn:aws:codepipeline:us-east-1:111111111111:web';
    const tag = (tags: object[]) => lab.engine.call('TagResource', { resourceArn, tags });
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
    await lab.engine.call('UntagResource', { resourceArn, tagKeys: ['cost', 'unknown'] });
    const left = await lab.engine.call<ListTagsForResourceOutput>('ListTagsForResource', { resourceArn });
    expect(left.tags).toEqual([{ key: 'team', value: 'b' }]);
    await expect(tag([{ key: 'aws:x', value: '' }])).rejects.toMatchObject({ code: 'InvalidTagsException' });
    const many = Array.from({ length: 50 }, (_, n) => ({ key: `k${n}`, value: '' }));
    await expect(tag(many)).rejects.toMatchObject({ code: 'TooManyTagsException' });
    await expect(
      lab.engine.call('ListTagsForResource', {
        resourceArn: 'arn:aws:codepipeline:us-east-1:222222222222:web',
      }),
    ).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
    await expect(
      lab.engine.call('ListTagsForResource', { resourceArn: 'arn:aws:s3:::x' }),
    ).rejects.toMatchObject({
      code: 'InvalidArnException',
    });
  });

  const types = async (input: object) =>
    (await lab.engine.call<ListActionTypesOutput>('ListActionTypes', input)).actionTypes?.map(
      (type) => `${type.id?.category}/${type.id?.provider}`,
    );

  test('what is built is listed', async () => {
    expect(await types({})).toEqual([
      'Source/CodeCommit',
      'Build/CodeBuild',
      'Deploy/CodeDeploy',
      'Approval/Manual',
    ]);
    expect(await types({ actionOwnerFilter: 'Custom' })).toEqual([]);
  });
});
