import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  buildAction,
  type EngineRoom,
  openEngineRoom,
  pipelineOf,
  pipelineViewer,
} from '../../../testkit/codepipeline/engine-room.ts';
import { type DatabasePlace, describeEachDatabase } from '../../../testkit/contracts/each-database.ts';
import type { TestKernel } from '../../../testkit/support/test-kernel.ts';

describeEachDatabase('the engine of pipelines', (newPlace) => {
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

  test('creating a pipeline starts an execution that goes through its stages (B1.6)', async () => {
    await view.create(pipelineOf());
    const id = await view.first();
    await engine.reply(await engine.job('Compile'), 'succeeded', { outputs: { IMAGE: 'app:1' } });
    await engine.reply(await engine.job('Ship'), 'succeeded');
    const found = await view.ended(id, 'Succeeded');
    expect(found.trigger).toEqual({
      triggerType: 'CreatePipeline',
      triggerDetail: expect.stringContaining(':root'),
    });
    expect(found.artifactRevisions).toMatchObject([{ name: 'Code', revisionId: 'newest' }]);
    const details = await view.actions(id);
    expect(details.map((detail) => [detail.stageName, detail.actionName, detail.status])).toEqual([
      ['Deploy', 'Ship', 'Succeeded'],
      ['Build', 'Compile', 'Succeeded'],
      ['Source', 'Checkout', 'Succeeded'],
    ]);
    const [, compile, checkout] = details;
    expect(compile?.output?.outputVariables).toEqual({ IMAGE: 'app:1' });
    expect(compile?.output?.executionResult).toMatchObject({
      externalExecutionId: expect.stringMatching(/^external-/),
      externalExecutionSummary: 'it succeeded',
    });
    expect(checkout?.output?.outputArtifacts).toEqual([
      { name: 'Code', s3location: { bucket: 'artifacts', key: expect.stringMatching(/^web\/Code\/\w{7}$/) } },
    ]);
    expect(compile?.input?.inputArtifacts).toEqual(checkout?.output?.outputArtifacts);
    const shown = await view.state();
    expect(shown.stageStates?.map((each) => each.latestExecution?.status)).toEqual([
      'Succeeded',
      'Succeeded',
      'Succeeded',
    ]);
    expect(shown.stageStates?.[0]?.actionStates?.[0]?.currentRevision?.revisionId).toBe('newest');
  });

  test('events have the shapes of AWS, in order', async () => {
    await view.create(pipelineOf());
    const id = await view.first();
    await engine.reply(await engine.job('Compile'), 'failed', { errorCode: 'JobFailed', summary: 'exit 1' });
    await view.ended(id, 'Failed');
    await engine.until(async () =>
      view
        .eventsOf('CodePipeline Pipeline Execution State Change')
        .some((detail) => detail['state'] === 'FAILED'),
    );
    const pipeline = view.eventsOf('CodePipeline Pipeline Execution State Change');
    expect(pipeline).toEqual([
      expect.objectContaining({
        pipeline: 'web',
        'execution-id': id,
        state: 'STARTED',
        version: 1,
        'execution-trigger': expect.objectContaining({ 'trigger-type': 'CreatePipeline' }),
      }),
      expect.objectContaining({ state: 'FAILED' }),
    ]);
    const stages = view.eventsOf('CodePipeline Stage Execution State Change');
    expect(stages.map((detail) => `${detail['stage']} ${detail['state']}`)).toEqual([
      'Source STARTED',
      'Source SUCCEEDED',
      'Build STARTED',
      'Build FAILED',
    ]);
    const all = view.eventsOf('CodePipeline Action Execution State Change');
    expect(all.map((detail) => `${detail['action']} ${detail['state']}`)).toEqual([
      'Checkout STARTED',
      'Checkout SUCCEEDED',
      'Compile STARTED',
      'Compile FAILED',
    ]);
    expect(all[3]).toMatchObject({
      'execution-id': id,
      'action-execution-id': expect.any(String),
      stage: 'Build',
      region: 'us-east-1',
      version: 1,
      type: { owner: 'AWS', category: 'Build', provider: 'CodeBuild', version: '1' },
      'input-artifacts': [{ name: 'Code', s3location: { bucket: 'artifacts' } }],
      'execution-result': { 'external-execution-summary': 'exit 1', 'error-code': 'JobFailed' },
    });
    expect((await view.execution(id)).statusSummary).toContain('exit 1');
  });

  test('equal run orders run in parallel; a failed sibling lets the other finish, nothing later starts (B1.3)', async () => {
    await view.create(
      pipelineOf({
        stages: [
          {
            name: 'Tests',
            actions: [buildAction('A'), buildAction('B'), buildAction('C', { runOrder: 2 })],
          },
          { name: 'Deploy', actions: [buildAction('Ship')] },
        ],
      }),
    );
    const id = await view.first();
    const a = await engine.job('A');
    const b = await engine.job('B');
    await engine.reply(a, 'failed');
    expect((await view.execution(id)).status).toBe('InProgress');
    await engine.reply(b, 'succeeded');
    await view.ended(id, 'Failed');
    await kernel.tasks.idle();
    expect(engine.jobs.map((job) => job.action)).not.toContain('C');
    expect(engine.jobs.map((job) => job.action)).not.toContain('Ship');
  });

  test('a refusal of the provider fails the action in words', async () => {
    await view.create(pipelineOf({ stages: [{ name: 'Build', actions: [buildAction('refuse')] }] }));
    const id = await view.first();
    await view.ended(id, 'Failed');
    const [refused] = await view.actions(id);
    expect(refused?.output?.executionResult?.errorDetails).toEqual({
      code: 'ConfigurationError',
      message: 'no such project: refuse',
    });
    expect((await view.stage('Build'))?.actionStates?.[0]?.latestExecution?.errorDetails?.message).toContain(
      'refuse',
    );
  });

  test('SUPERSEDED: those waiting in front of a busy stage give way to the newest (B3-S2)', async () => {
    await view.create(pipelineOf());
    const one = await view.first();
    const compile = await engine.job('Compile', one);
    const two = await view.start();
    await engine.until(
      async () => (await view.stage('Build'))?.inboundExecution?.pipelineExecutionId === two,
    );
    const three = await view.start();
    await view.ended(two, 'Superseded');
    const four = await view.start();
    const superseded = await view.ended(three, 'Superseded');
    expect(superseded.statusSummary).toContain(four);
    expect((await view.execution(one)).status).toBe('InProgress');
    await engine.reply(compile, 'succeeded');
    await engine.job('Compile', four);
    expect(engine.jobs.filter((job) => job.action === 'Compile').map((job) => job.executionId)).toEqual([
      one,
      four,
    ]);
  });

  test('QUEUED: every execution enters in the order of its start (B3.2)', async () => {
    await view.create(pipelineOf({ executionMode: 'QUEUED' }));
    const ids = [await view.first()];
    for (let n = 0; n < 3; n++) ids.push(await view.start());
    for (const id of ids) {
      await engine.reply(await engine.job('Compile', id), 'succeeded');
      await engine.reply(await engine.job('Ship', id), 'succeeded');
    }
    await view.ended(ids[3] as string, 'Succeeded');
    for (const action of ['Compile', 'Ship']) {
      const entered = engine.jobs.filter((job) => job.action === action).map((job) => job.executionId);
      expect(entered).toEqual(ids);
    }
  });

  test('PARALLEL: executions run side by side', async () => {
    await view.create(pipelineOf({ executionMode: 'PARALLEL' }));
    const one = await view.first();
    const two = await view.start();
    await engine.job('Compile', one);
    await engine.job('Compile', two);
    expect((await view.executions()).map((each) => each.status)).toEqual(['InProgress', 'InProgress']);
  });

  test('variables travel by namespace; an unknown one fails the consumer, naming it (B2-S1)', async () => {
    await view.create(
      pipelineOf({
        variables: [{ name: 'env', defaultValue: 'dev' }],
        stages: [
          { name: 'Build', actions: [buildAction('Compile', { namespace: 'Build' })] },
          {
            name: 'Deploy',
            actions: [
              buildAction('Ship', {
                configuration: {
                  ProjectName: 'Ship',
                  EnvironmentVariables:
                    '#{Build.TAG} #{Src.CommitId} #{variables.env} #{codepipeline.PipelineExecutionId}',
                },
              }),
            ],
          },
          {
            name: 'After',
            actions: [
              buildAction('Last', {
                configuration: { ProjectName: 'Last', EnvironmentVariables: '#{Build.NOPE}' },
              }),
            ],
          },
        ],
      }),
    );
    const id = await view.start({ variables: [{ name: 'env', value: 'prod' }] });
    await engine.until(async () => {
      const job = engine.jobs.find((each) => each.action === 'Compile');
      if (job) await engine.reply(job, 'succeeded', { outputs: { TAG: '1.2' } });
      return engine.jobs.find((each) => each.action === 'Compile' && each.executionId === id);
    });
    await engine.reply(await engine.job('Compile', id), 'succeeded', { outputs: { TAG: '1.2' } });
    const ship = await engine.until(async () => {
      const other = engine.jobs.find((each) => each.action === 'Ship' && each.executionId !== id);
      if (other) await engine.reply(other, 'succeeded');
      return engine.jobs.find((each) => each.action === 'Ship' && each.executionId === id);
    });
    expect(ship.configuration['EnvironmentVariables']).toBe(`1.2 newest prod ${id}`);
    await engine.reply(ship, 'succeeded');
    expect((await view.ended(id, 'Failed')).statusSummary).toContain('#{Build.NOPE}');
    expect((await view.execution(id)).variables).toEqual([{ name: 'env', resolvedValue: 'prod' }]);
    await expect(view.start({ variables: [{ name: 'unknown', value: 'x' }] })).rejects.toMatchObject({
      code: 'ValidationException',
    });
  });

  test('a large pipeline fetches its plans stage by stage', async () => {
    const many = Array.from({ length: 50 }, (_, n) => buildAction(`${'x'.repeat(90)}-${n}`));
    await view.create(
      pipelineOf({
        stages: [
          { name: 'Wide', actions: many },
          { name: 'Wider', actions: many },
        ],
      }),
    );
    const id = await view.first();
    for (let round = 1; round <= 2; round++) {
      await engine.until(async () => engine.jobs.length === 1 + 50 * round);
      for (const job of engine.jobs.slice(-50)) await engine.reply(job, 'succeeded');
    }
    await view.ended(id, 'Succeeded');
    expect(new Set(engine.jobs.map((job) => job.key)).size).toBe(101);
  });

  test('a provider that is away is asked again, and fails the action when it stays away', async () => {
    await view.create(pipelineOf({ stages: [{ name: 'Build', actions: [buildAction('crash')] }] }));
    const id = await view.first();
    await engine.until(async () => engine.crashes.length > 0);
    while ((await view.execution(id)).status === 'InProgress') {
      await kernel.tasks.idle();
      kernel.clock.advance(30_000);
    }
    expect(engine.crashes).toHaveLength(5);
    const [failed] = await view.actions(id);
    expect(failed?.output?.executionResult?.errorDetails).toEqual({
      code: 'SystemUnavailable',
      message: 'the provider is away',
    });
  });

  test('after a restart everything goes on where it stood', async () => {
    await view.create(pipelineOf({ executionMode: 'QUEUED' }));
    const one = await view.first();
    const two = await view.start();
    const compile = await engine.job('Compile', one);
    await engine.until(
      async () => (await view.stage('Build'))?.inboundExecution?.pipelineExecutionId === two,
    );
    await kernel.close();
    kernel = await place.openKernel();
    const after = await openEngineRoom(kernel);
    const seen = pipelineViewer(after);
    await after.reply(compile, 'succeeded', { outputs: { IMAGE: 'x' } });
    await after.reply(await after.job('Ship', one), 'succeeded');
    await after.reply(await after.job('Compile', two), 'succeeded');
    await after.reply(await after.job('Ship', two), 'succeeded');
    await seen.ended(two, 'Succeeded');
    expect((await seen.execution(one)).status).toBe('Succeeded');
    expect(after.jobs.filter((job) => job.executionId === one).map((job) => job.action)).toEqual(['Ship']);
  });
});
