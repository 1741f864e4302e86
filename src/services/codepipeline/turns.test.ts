import { expect, test } from 'vitest';
import { buildAction, deployAction, pipelineOf } from '../../../testkit/codepipeline/engine-room.ts';
import { engineForEachTest } from '../../../testkit/codepipeline/engine-suite.ts';
import { describeEachDatabase } from '../../../testkit/contracts/each-database.ts';
import { TEST_SCOPE } from '../../../testkit/support/test-context.ts';
import { executionRef } from './aggregates.ts';

describeEachDatabase('actions that wait for their turn (B3.5)', (newPlace) => {
  const lab = engineForEachTest(newPlace, ['fleet']);

  const deploying = pipelineOf({
    executionMode: 'PARALLEL',
    stages: [{ name: 'Deploy', actions: [deployAction('Ship', 'fleet')] }],
  });
  const waiting = (id: string) =>
    lab.engine.until(async () => {
      const ship = (await lab.view.actions(id)).find((each) => each.actionName === 'Ship');
      const result = ship?.output?.executionResult;
      return result?.externalExecutionSummary?.startsWith('Waiting') && { ship, result };
    });
  const rows = () => lab.kernel.database.read.query('select * from codepipeline_turns');

  const fourInTheQueue = async () => {
    await lab.view.create(deploying);
    const ids = [await lab.view.first()];
    await waiting(ids[0] as string);
    for (let n = 0; n < 3; n++) {
      const id = await lab.view.start();
      await waiting(id);
      ids.push(id);
    }
    return ids;
  };

  test('it stays in progress, says for what it waits, and starts when the place is free', async () => {
    await lab.view.create(deploying);
    const id = await lab.view.first();
    const { ship, result } = await waiting(id);
    expect(ship).toMatchObject({ status: 'InProgress' });
    expect(result).toEqual({
      externalExecutionSummary: 'Waiting for fleet: somebody is at work',
      externalExecutionUrl: 'https://places/somebody',
    });
    expect(lab.engine.jobs.map((job) => job.action)).not.toContain('Ship');
    await lab.places.free('fleet', 'somebody');
    const job = await lab.engine.job('Ship');
    // It has begun, so it waits no more.
    await lab.engine.until(async () => (await rows()).length === 0);
    await lab.places.free('fleet', job.key);
    await lab.engine.reply(job, 'succeeded');
    await lab.view.ended(id, 'Succeeded');
    expect(await rows()).toEqual([]);
    const events = await lab.engine.until(async () => {
      const states = lab.view
        .eventsOf('CodePipeline Action Execution State Change')
        .filter((event) => event['action'] === 'Ship')
        .map((event) => event['state']);
      return states.includes('SUCCEEDED') && states;
    });
    expect(events).toEqual(['STARTED', 'SUCCEEDED']);
  });

  test('first come, first served, also for whoever comes when the place has just become free', async () => {
    const ids = await fourInTheQueue();
    expect((await waiting(ids[3] as string)).result.externalExecutionSummary).toBe(
      'Waiting for fleet: somebody is at work, and 3 actions wait before this one',
    );
    await lab.places.free('fleet', 'somebody');
    const served: string[] = [];
    for (const id of ids) {
      const job = await lab.engine.job('Ship', id);
      served.push(job.executionId);
      expect(lab.engine.jobs.filter((each) => each.action === 'Ship')).toHaveLength(served.length);
      await lab.places.free('fleet', job.key);
      await lab.engine.reply(job, 'succeeded');
    }
    expect(served).toEqual(ids);
  });

  test('whoever comes when the place is free but others wait goes behind them, and wakes them', async () => {
    await lab.view.create(deploying);
    const first = await lab.view.first();
    await waiting(first);
    // Freed, and nobody has been told yet.
    await lab.kernel.database.transaction((tx) => tx.execute("update test_places set holder = ''"));
    const second = await lab.view.start();
    const job = await lab.engine.job('Ship');
    expect(job.executionId).toBe(first);
    await waiting(second);
    await lab.places.free('fleet', job.key);
    await lab.engine.job('Ship', second);
  });

  test('whoever is stopped, abandoned or out of time leaves the queue, and the next one is served', async () => {
    const ids = await fourInTheQueue();
    const [first = '', second = '', third = '', fourth = ''] = ids;
    const stop = (pipelineExecutionId: string, abandon: boolean) =>
      lab.engine.call('StopPipelineExecution', { pipelineName: 'web', pipelineExecutionId, abandon });
    await stop(first, false);
    expect((await lab.view.execution(first)).status).toBe('Stopped');
    await stop(second, true);
    expect((await lab.view.execution(second)).status).toBe('Stopped');
    for (const id of [first, second]) {
      const ship = (await lab.view.actions(id)).find((each) => each.actionName === 'Ship');
      expect(ship?.status).toBe('Abandoned');
    }
    expect(await rows()).toHaveLength(2);
    await lab.places.free('fleet', 'somebody');
    const job = await lab.engine.job('Ship', third);
    await lab.kernel.clock.advance(60 * 60_000);
    const late = await lab.view.ended(fourth, 'Failed');
    expect(late.statusSummary).toContain('did not get its turn within 1 hour');
    await lab.view.ended(third, 'Failed');
    expect(await rows()).toEqual([]);
    expect(lab.engine.jobs.filter((each) => each.action === 'Ship')).toEqual([job]);
  });

  test('a turn that comes to nothing goes to the next one', async () => {
    const stages = [
      { name: 'Deploy', actions: [deployAction('refuse', 'fleet'), deployAction('Ship', 'fleet')] },
    ];
    await lab.view.create(pipelineOf({ stages }));
    const id = await lab.view.first();
    await lab.engine.until(async () => (await rows()).length === 2);
    await lab.places.free('fleet', 'somebody');
    // The one that is refused had taken the place before: it gives it back as a provider would.
    await lab.engine.until(async () => {
      const refused = (await lab.view.actions(id)).find((each) => each.actionName === 'refuse');
      if (refused?.status === 'Failed') await lab.places.free('fleet', refused.actionExecutionId as string);
      return refused?.status === 'Failed' || lab.engine.jobs.some((job) => job.action === 'Ship');
    });
    const job = await lab.engine.job('Ship');
    await lab.places.free('fleet', job.key);
    await lab.engine.reply(job, 'succeeded');
    await lab.view.ended(id, 'Failed');
    expect(await rows()).toEqual([]);
  });

  test('what needs no place, or a free one, does not wait', async () => {
    await lab.places.free('fleet', 'somebody');
    const stages = [
      { name: 'Deploy', actions: [deployAction('Ship', 'fleet'), deployAction('Side'), buildAction('B')] },
    ];
    await lab.view.create(pipelineOf({ stages }));
    for (const action of ['Ship', 'Side', 'B']) await lab.engine.job(action);
    expect(await rows()).toEqual([]);
  });

  test('a stop that comes while the place is asked for leaves nobody in the queue', async () => {
    await lab.view.create(deploying);
    const id = await lab.view.first();
    const { ship } = await waiting(id);
    await lab.engine.call('StopPipelineExecution', {
      pipelineName: 'web',
      pipelineExecutionId: id,
      abandon: false,
    });
    // The answer of a task that was under way.
    const late = { kind: 'waiting', token: ship?.actionExecutionId as string, summary: 'late' };
    const applied = await lab.kernel.transitions.run(TEST_SCOPE, executionRef(id), late);
    expect(applied.changed).toBe(false);
    expect(await rows()).toEqual([]);
  });
});
