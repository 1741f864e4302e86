import type { PipelineDeclaration, StageState } from '@aws-sdk/client-codepipeline';
import { expect, it } from 'vitest';
import { failedActions, stageViews } from './stage-view.ts';

const action = (name: string, provider: string, runOrder: number, configuration = {}) => ({
  name,
  runOrder,
  configuration,
  actionTypeId: { category: 'Build' as const, owner: 'AWS' as const, provider, version: '1' },
});

const DEFINITION = {
  name: 'shop',
  stages: [
    {
      name: 'Source',
      actions: [action('Code', 'CodeCommit', 1, { RepositoryName: 'shop', BranchName: 'main' })],
    },
    {
      name: 'Test',
      actions: [action('Late', 'CodeBuild', 5), action('A', 'CodeBuild', 2), action('B', 'CodeBuild', 2)],
    },
  ],
} as unknown as PipelineDeclaration;

const STATES: StageState[] = [
  {
    stageName: 'Source',
    latestExecution: { pipelineExecutionId: 'e', status: 'Succeeded' },
    actionStates: [
      {
        actionName: 'Code',
        currentRevision: { revisionId: 'a'.repeat(40), revisionChangeId: '', created: new Date(0) },
        latestExecution: { status: 'Succeeded' },
      },
    ],
  },
  {
    stageName: 'Test',
    inboundTransitionState: { enabled: false, disabledReason: 'holiday' },
    inboundExecution: { pipelineExecutionId: 'f', status: 'InProgress' },
    latestExecution: { pipelineExecutionId: 'e', status: 'Failed' },
    actionStates: [
      {
        actionName: 'A',
        latestExecution: {
          status: 'Failed',
          externalExecutionId: 'shop-test:1234',
          errorDetails: { code: 'JobFailed', message: 'Build terminated with state: FAILED' },
        },
      },
    ],
  },
];

it('joins definition and state, groups by run order and links to the work', () => {
  const [source, test] = stageViews(DEFINITION, STATES);
  expect(source?.groups[0]?.[0]?.revision).toEqual({
    short: 'aaaaaaaa',
    to: `/repositories/shop/commit/${'a'.repeat(40)}`,
  });
  expect(source?.transition).toBeUndefined();
  expect(test?.groups.map((group) => group.map((each) => each.name))).toEqual([['A', 'B'], ['Late']]);
  expect(test?.transition?.disabledReason).toBe('holiday');
  expect(test?.inbound.map((each) => each.pipelineExecutionId)).toEqual(['f']);
  expect(test?.groups[0]?.[0]?.link).toMatchObject({ to: '/builds/shop-test/1234' });
});

it('names failed actions only in stages that stand failed', () => {
  expect(failedActions(stageViews(DEFINITION, STATES)).map(({ action: { name } }) => name)).toEqual(['A']);
  const retried = STATES.map((state) => ({
    ...state,
    latestExecution: { pipelineExecutionId: 'e', status: 'InProgress' as const },
  }));
  expect(failedActions(stageViews(DEFINITION, retried))).toEqual([]);
});

it('shows a pipeline that has never run', () => {
  expect(stageViews(DEFINITION, undefined).map((stage) => stage.status)).toEqual([undefined, undefined]);
});
