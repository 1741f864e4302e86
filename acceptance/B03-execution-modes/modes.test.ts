import { StartPipelineExecutionCommand } from '@aws-sdk/client-codepipeline';
import { expect, test } from 'vitest';
import { openGate } from '../../testkit/codepipeline/gate.ts';
import { labForSuite } from '../../testkit/codepipeline/lab-suite.ts';
import { build, sourceStage } from '../../testkit/codepipeline/pipeline-lab.ts';

const lab = labForSuite();

const commits = async (repository: string, from: number, count: number) => {
  const ids: string[] = [];
  for (let n = from; n < from + count; n++) ids.push(await lab.push(repository, { 'n.txt': `${n}` }));
  return ids;
};

test('B3-S1: QUEUED executions enter each stage in push order, never two at once, none superseded', async () => {
  await lab.createRepository('release');
  const pushed = await commits('release', 0, 1);
  await using gate = await openGate();
  await lab.createProject('release-build', gate.buildspec);
  await lab.createPipeline(
    'release',
    [sourceStage('release'), { name: 'Build', actions: [build('Compile', 'release-build')] }],
    { executionMode: 'QUEUED' },
  );
  await gate.arrived(1);
  pushed.push(...(await commits('release', 1, 3)));
  await lab.until(async () => (await lab.stage('release', 'Build'))?.inboundExecutions?.length === 3);
  for (let n = 1; n <= 4; n++) {
    await gate.arrived(n);
    expect(gate.arrivals()).toBe(n);
    gate.release();
  }
  const all = await lab.until(async () => {
    const found = await lab.executions('release');
    return found.every((each) => each.status === 'Succeeded') && found;
  });
  expect(all.toReversed().map((each) => each.sourceRevisions?.[0]?.revisionId)).toEqual(pushed);
  const times: number[] = [];
  for (const each of all.toReversed()) {
    const actions = await lab.actions('release', each.pipelineExecutionId as string);
    const compile = actions.find((action) => action.actionName === 'Compile');
    times.push(compile?.startTime?.getTime() ?? Number.NaN, compile?.lastUpdateTime?.getTime() ?? Number.NaN);
  }
  // Begin and end of each, one after another: nowhere do two overlap.
  expect(times).toEqual(times.toSorted((a, b) => a - b));
});

test('B3-S2: SUPERSEDED completes what runs, and of three pushes only the newest enters', async () => {
  await lab.createRepository('infra');
  await commits('infra', 0, 1);
  await using gate = await openGate();
  await lab.createProject('infra-build', gate.buildspec);
  const first = await lab.createPipeline('infra', [
    sourceStage('infra'),
    { name: 'Build', actions: [build('Compile', 'infra-build')] },
  ]);
  await gate.arrived(1);
  const pushed: string[] = [];
  for (let n = 1; n <= 3; n++) {
    pushed.push(...(await commits('infra', n, 1)));
    await lab.until(async () => {
      const waiting = (await lab.stage('infra', 'Build'))?.inboundExecution?.pipelineExecutionId;
      const newest = (await lab.executions('infra'))[0];
      return (
        newest?.sourceRevisions?.[0]?.revisionId === pushed.at(-1) && newest?.pipelineExecutionId === waiting
      );
    });
  }
  expect((await lab.execution('infra', first)).status).toBe('InProgress');
  gate.release();
  await gate.arrived(2);
  gate.release();
  const all = await lab.until(async () => {
    const found = await lab.executions('infra');
    return found[0]?.status === 'Succeeded' && found;
  });
  expect(all.map((each) => each.status)).toEqual(['Succeeded', 'Superseded', 'Superseded', 'Succeeded']);
  expect(all[0]?.sourceRevisions?.[0]?.revisionId).toBe(pushed[2]);
  expect(gate.arrivals()).toBe(2);
});

test('B3.3, B3.7: PARALLEL executions overlap, each at the commit that started it', async () => {
  await lab.createRepository('feature');
  const pushed = await commits('feature', 0, 1);
  await using gate = await openGate();
  await lab.createProject('feature-build', gate.buildspec);
  await lab.createPipeline(
    'feature',
    [sourceStage('feature'), { name: 'Build', actions: [build('Compile', 'feature-build')] }],
    { executionMode: 'PARALLEL' },
  );
  pushed.push(...(await commits('feature', 1, 1)));
  await gate.arrived(2);
  gate.release();
  const all = await lab.until(async () => {
    const found = await lab.executions('feature');
    return found.every((each) => each.status === 'Succeeded') && found;
  });
  expect(all.map((each) => each.sourceRevisions?.[0]?.revisionId)).toEqual(pushed.toReversed());
});

test('B3.6, A4.10: a manual release takes the newest commit, or the revision that is asked for', async () => {
  const [newest, older] = (await lab.executions('feature')).map(
    (each) => each.sourceRevisions?.[0]?.revisionId,
  );
  await using gate = await openGate();
  await lab.createProject('manual-build', gate.buildspec);
  await lab.createPipeline('manual', [
    sourceStage('feature'),
    { name: 'Build', actions: [build('Compile', 'manual-build')] },
  ]);
  await gate.arrived(1);
  gate.release();
  expect((await lab.executions('manual'))[0]?.sourceRevisions?.[0]?.revisionId).toBe(newest);
  const { pipelineExecutionId = '' } = await lab.pipelines.send(
    new StartPipelineExecutionCommand({
      name: 'manual',
      sourceRevisions: [{ actionName: 'Checkout', revisionType: 'COMMIT_ID', revisionValue: older }],
    }),
  );
  await gate.arrived(2);
  gate.release();
  const found = await lab.ended('manual', pipelineExecutionId, 'Succeeded');
  expect(found.artifactRevisions?.[0]?.revisionId).toBe(older);
  expect(found.trigger?.triggerType).toBe('StartPipelineExecution');
});
