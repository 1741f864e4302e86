import { expect, test } from 'vitest';
import { buildAction, pipelineOf } from '../../../testkit/codepipeline/engine-room.ts';
import { engineForEachTest } from '../../../testkit/codepipeline/engine-suite.ts';
import { describeEachDatabase } from '../../../testkit/contracts/each-database.ts';

describeEachDatabase('the engine of pipelines', (newPlace) => {
  const lab = engineForEachTest(newPlace);

  test('creating a pipeline starts an execution that goes through its stages (B1.6)', async () => {
    await lab.view.create(pipelineOf());
    const id = await lab.view.first();
    await lab.engine.reply(await lab.engine.job('Compile'), 'succeeded', { outputs: { IMAGE: 'app:1' } });
    await lab.engine.reply(await lab.engine.job('Ship'), 'succeeded');
    const found = await lab.view.ended(id, 'Succeeded');
    expect(found.trigger).toEqual({
      triggerType: 'CreatePipeline',
      triggerDetail: expect.stringContaining(':root'),
    });
    expect(found.artifactRevisions).toMatchObject([{ name: 'Code', revisionId: 'newest' }]);
    const details = await lab.view.actions(id);
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
    const shown = await lab.view.state();
    expect(shown.stageStates?.map((each) => each.latestExecution?.status)).toEqual([
      'Succeeded',
      'Succeeded',
      'Succeeded',
    ]);
    expect(shown.stageStates?.[0]?.actionStates?.[0]?.currentRevision?.revisionId).toBe('newest');
  });

  test('events have the shapes of AWS, in order', async () => {
    await lab.view.create(pipelineOf());
    const id = await lab.view.first();
    await lab.engine.reply(await lab.engine.job('Compile'), 'failed', {
      errorCode: 'JobFailed',
      summary: 'exit 1',
    });
    await lab.view.ended(id, 'Failed');
    await lab.engine.until(async () =>
      lab.view
        .eventsOf('CodePipeline Pipeline Execution State Change')
        .some((detail) => detail['state'] === 'FAILED'),
    );
    const pipeline = lab.view.eventsOf('CodePipeline Pipeline Execution State Change');
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
    const stages = lab.view.eventsOf('CodePipeline Stage Execution State Change');
    expect(stages.map((detail) => `${detail['stage']} ${detail['state']}`)).toEqual([
      'Source STARTED',
      'Source SUCCEEDED',
      'Build STARTED',
      'Build FAILED',
    ]);
    const all = lab.view.eventsOf('CodePipeline Action Execution State Change');
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
    expect((await lab.view.execution(id)).statusSummary).toContain('exit 1');
  });

  test('equal run orders run in parallel; a failed sibling lets the other finish, nothing later starts (B1.3)', async () => {
    await lab.view.create(
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
    const id = await lab.view.first();
    const a = await lab.engine.job('A');
    const b = await lab.engine.job('B');
    await lab.engine.reply(a, 'failed');
    expect((await lab.view.execution(id)).status).toBe('InProgress');
    await lab.engine.reply(b, 'succeeded');
    await lab.view.ended(id, 'Failed');
    await lab.kernel.tasks.idle();
    expect(lab.engine.jobs.map((job) => job.action)).not.toContain('C');
    expect(lab.engine.jobs.map((job) => job.action)).not.toContain('Ship');
  });

  test('a refusal of the provider fails the action in words', async () => {
    await lab.view.create(pipelineOf({ stages: [{ name: 'Build', actions: [buildAction('refuse')] }] }));
    const id = await lab.view.first();
    await lab.view.ended(id, 'Failed');
    const [refused] = await lab.view.actions(id);
    expect(refused?.output?.executionResult?.errorDetails).toEqual({
      code: 'ConfigurationError',
      message: 'no such project: refuse',
    });
    expect(
      (await lab.view.stage('Build'))?.actionStates?.[0]?.latestExecution?.errorDetails?.message,
    ).toContain('refuse');
  });

  test('SUPERSEDED: those waiting in front of a busy stage give way to the newest (B3-S2)', async () => {
    await lab.view.create(pipelineOf());
    const one = await lab.view.first();
    const compile = await lab.engine.job('Compile', one);
    const two = await lab.view.start();
    await lab.engine.until(
      async () => (await lab.view.stage('Build'))?.inboundExecution?.pipelineExecutionId === two,
    );
    const three = await lab.view.start();
    await lab.view.ended(two, 'Superseded');
    const four = await lab.view.start();
    const superseded = await lab.view.ended(three, 'Superseded');
    expect(superseded.statusSummary).toContain(four);
    expect((await lab.view.execution(one)).status).toBe('InProgress');
    await lab.engine.reply(compile, 'succeeded');
    await lab.engine.job('Compile', four);
    expect(lab.engine.jobs.filter((job) => job.action === 'Compile').map((job) => job.executionId)).toEqual([
      one,
      four,
    ]);
  });

  test('QUEUED: every execution enters in the order of its start (B3.2)', async () => {
    await lab.view.create(pipelineOf({ executionMode: 'QUEUED' }));
    const ids = [await lab.view.first()];
    for (let n = 0; n < 3; n++) ids.push(await lab.view.start());
    for (const id of ids) {
      await lab.engine.reply(await lab.engine.job('Compile', id), 'succeeded');
      await lab.engine.reply(await lab.engine.job('Ship', id), 'succeeded');
    }
    await lab.view.ended(ids[3] as string, 'Succeeded');
    for (const action of ['Compile', 'Ship']) {
      const entered = lab.engine.jobs.filter((job) => job.action === action).map((job) => job.executionId);
      expect(entered).toEqual(ids);
    }
  });

  test('PARALLEL: executions run side by side', async () => {
    await lab.view.create(pipelineOf({ executionMode: 'PARALLEL' }));
    const one = await lab.view.first();
    const two = await lab.view.start();
    await lab.engine.job('Compile', one);
    await lab.engine.job('Compile', two);
    expect((await lab.view.executions()).map((each) => each.status)).toEqual(['InProgress', 'InProgress']);
  });

  test('variables travel by namespace; an unknown one fails the consumer, naming it (B2-S1)', async () => {
    await lab.view.create(
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
    const id = await lab.view.start({ variables: [{ name: 'env', value: 'prod' }] });
    await lab.engine.until(async () => {
      const job = lab.engine.jobs.find((each) => each.action === 'Compile');
      if (job) await lab.engine.reply(job, 'succeeded', { outputs: { TAG: '1.2' } });
      return lab.engine.jobs.find((each) => each.action === 'Compile' && each.executionId === id);
    });
    await lab.engine.reply(await lab.engine.job('Compile', id), 'succeeded', { outputs: { TAG: '1.2' } });
    const ship = await lab.engine.until(async () => {
      const other = lab.engine.jobs.find((each) => each.action === 'Ship' && each.executionId !== id);
      if (other) await lab.engine.reply(other, 'succeeded');
      return lab.engine.jobs.find((each) => each.action === 'Ship' && each.executionId === id);
    });
    expect(ship.configuration['EnvironmentVariables']).toBe(`1.2 newest prod ${id}`);
    await lab.engine.reply(ship, 'succeeded');
    expect((await lab.view.ended(id, 'Failed')).statusSummary).toContain('#{Build.NOPE}');
    expect((await lab.view.execution(id)).variables).toEqual([{ name: 'env', resolvedValue: 'prod' }]);
    await expect(lab.view.start({ variables: [{ name: 'unknown', value: 'x' }] })).rejects.toMatchObject({
      code: 'ValidationException',
    });
  });

  test('a large pipeline fetches its plans stage by stage', async () => {
    const many = Array.from({ length: 50 }, (_, n) => buildAction(`${'x'.repeat(90)}-${n}`));
    await lab.view.create(
      pipelineOf({
        stages: [
          { name: 'Wide', actions: many },
          { name: 'Wider', actions: many },
        ],
      }),
    );
    const id = await lab.view.first();
    for (let round = 1; round <= 2; round++) {
      await lab.engine.until(async () => lab.engine.jobs.length === 1 + 50 * round);
      for (const job of lab.engine.jobs.slice(-50)) await lab.engine.reply(job, 'succeeded');
    }
    await lab.view.ended(id, 'Succeeded');
    expect(new Set(lab.engine.jobs.map((job) => job.key)).size).toBe(101);
  });

  test('a provider that is away is asked again, and fails the action when it stays away', async () => {
    await lab.view.create(pipelineOf({ stages: [{ name: 'Build', actions: [buildAction('crash')] }] }));
    const id = await lab.view.first();
    await lab.engine.until(async () => lab.engine.crashes.length > 0);
    while ((await lab.view.execution(id)).status === 'InProgress') {
      await lab.kernel.tasks.idle();
      lab.kernel.clock.advance(30_000);
    }
    expect(lab.engine.crashes).toHaveLength(5);
    const [failed] = await lab.view.actions(id);
    expect(failed?.output?.executionResult?.errorDetails).toEqual({
      code: 'SystemUnavailable',
      message: 'the provider is away',
    });
  });

  test('after a restart everything goes on where it stood', async () => {
    await lab.view.create(pipelineOf({ executionMode: 'QUEUED' }));
    const one = await lab.view.first();
    const two = await lab.view.start();
    const compile = await lab.engine.job('Compile', one);
    await lab.engine.until(
      async () => (await lab.view.stage('Build'))?.inboundExecution?.pipelineExecutionId === two,
    );
    await lab.restart();
    const { engine: after, view: seen } = lab;
    await after.reply(compile, 'succeeded', { outputs: { IMAGE: 'x' } });
    await after.reply(await after.job('Ship', one), 'succeeded');
    await after.reply(await after.job('Compile', two), 'succeeded');
    await after.reply(await after.job('Ship', two), 'succeeded');
    await seen.ended(two, 'Succeeded');
    expect((await seen.execution(one)).status).toBe('Succeeded');
    expect(after.jobs.filter((job) => job.executionId === one).map((job) => job.action)).toEqual(['Ship']);
  });
});
