import {
  ApprovalAlreadyCompletedException,
  InvalidApprovalTokenException,
  ListActionExecutionsCommand,
  PutApprovalResultCommand,
  StartPipelineExecutionCommand,
} from '@aws-sdk/client-codepipeline';
import { expect, test } from 'vitest';
import { openGate } from '../../testkit/codepipeline/gate.ts';
import { appAndPass, labForSuite } from '../../testkit/codepipeline/lab-suite.ts';
import { approval, build, sourceStage } from '../../testkit/codepipeline/pipeline-lab.ts';

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;

const lab = labForSuite(appAndPass);

const source = sourceStage('app', {
  configuration: { RepositoryName: 'app', BranchName: 'main', PollForSourceChanges: 'false' },
});
const token = (pipeline: string) =>
  lab.until(async () => (await lab.stage(pipeline, 'Gate'))?.actionStates?.[0]?.latestExecution?.token);
const answer = (pipelineName: string, of: string, status: 'Approved' | 'Rejected', summary: string) =>
  lab.pipelines.send(
    new PutApprovalResultCommand({
      pipelineName,
      stageName: 'Gate',
      actionName: 'PromoteToProduction',
      token: of,
      result: { status, summary },
    }),
  );
const start = async (name: string) => {
  const { pipelineExecutionId = '' } = await lab.pipelines.send(new StartPipelineExecutionCommand({ name }));
  return pipelineExecutionId;
};

test('B6-S1: production waits for the answer; a rejection leaves it alone; seven days without one fail', async () => {
  const id = await lab.createPipeline('promote', [
    source,
    {
      name: 'Gate',
      actions: [
        approval('PromoteToProduction', {
          configuration: {
            CustomData: 'commit #{Src.CommitId}',
            ExternalEntityLink: 'https://example.com/plan',
          },
        }),
      ],
    },
    { name: 'Prod', actions: [build('Ship', 'pass')] },
  ]);
  const first = await token('promote');
  expect((await lab.stage('promote', 'Prod'))?.latestExecution).toBeUndefined();
  const waiting = (await lab.stage('promote', 'Gate'))?.actionStates?.[0]?.latestExecution;
  expect(waiting).toMatchObject({ status: 'InProgress', externalExecutionUrl: 'https://example.com/plan' });
  await expect(
    answer('promote', 'aaaaaaaa-0000-4000-8000-000000000000', 'Approved', 'guess'),
  ).rejects.toBeInstanceOf(InvalidApprovalTokenException);
  const { approvedAt } = await answer('promote', first, 'Approved', 'ok');
  expect(approvedAt).toBeInstanceOf(Date);
  await expect(answer('promote', first, 'Rejected', 'again')).rejects.toBeInstanceOf(
    ApprovalAlreadyCompletedException,
  );
  await lab.ended('promote', id, 'Succeeded');
  const promoted = (await lab.actions('promote', id)).find(
    (each) => each.actionName === 'PromoteToProduction',
  );
  expect(promoted?.updatedBy).toMatch(/:root$/);
  expect(promoted?.input?.resolvedConfiguration?.['CustomData']).toMatch(/^commit [0-9a-f]{40}$/);
  expect(promoted?.output?.executionResult?.externalExecutionSummary).toBe('ok');

  const rejected = await start('promote');
  await answer('promote', await token('promote'), 'Rejected', 'not on a Friday');
  const refused = await lab.ended('promote', rejected, 'Failed');
  expect(refused.statusSummary).toContain('not on a Friday');
  expect((await lab.stage('promote', 'Prod'))?.latestExecution?.pipelineExecutionId).toBe(id);

  const late = await start('promote');
  const old = await token('promote');
  const begun = (await lab.actions('promote', late))[0]?.startTime?.getTime() ?? 0;
  const { clock } = lab.server;
  // Domain time goes on with real time too: the last stretch is longer than any machine takes for this.
  clock.advance(begun + 7 * DAY - HOUR - clock.now());
  await lab.server.kernel.tasks.idle();
  expect((await lab.execution('promote', late)).status).toBe('InProgress');
  clock.advance(HOUR);
  expect((await lab.ended('promote', late, 'Failed')).statusSummary).toContain('timeout');
  await expect(answer('promote', old, 'Approved', 'too late')).rejects.toBeInstanceOf(
    InvalidApprovalTokenException,
  );
});

test('B6-S2: a check that fails before it asks nobody', async () => {
  await using gate = await openGate();
  await lab.createProject('check', gate.buildspec);
  const id = await lab.createPipeline('checked', [
    source,
    { name: 'PreProd', actions: [build('Check', 'check')] },
    { name: 'Gate', actions: [approval('PromoteToProduction')] },
  ]);
  await gate.arrived(1);
  gate.release('fail');
  await lab.ended('checked', id, 'Failed');
  expect((await lab.actions('checked', id)).map((each) => each.actionName)).toEqual(['Check', 'Checkout']);
});

test('B6: in PARALLEL mode the token is the external execution id of the action', async () => {
  const id = await lab.createPipeline(
    'side-by-side',
    [source, { name: 'Gate', actions: [approval('PromoteToProduction', { timeoutInMinutes: 60 })] }],
    { executionMode: 'PARALLEL' },
  );
  const waiting = await lab.until(async () => {
    const command = new ListActionExecutionsCommand({
      pipelineName: 'side-by-side',
      filter: { pipelineExecutionId: id },
    });
    const { actionExecutionDetails = [] } = await lab.pipelines.send(command);
    return actionExecutionDetails.find((each) => each.actionName === 'PromoteToProduction')?.output
      ?.executionResult?.externalExecutionId;
  });
  const shown = await lab.stage('side-by-side', 'Gate');
  expect(shown?.actionStates?.[0]?.latestExecution?.token).toBeUndefined();
  await answer('side-by-side', waiting, 'Approved', '');
  await lab.ended('side-by-side', id, 'Succeeded');
});
