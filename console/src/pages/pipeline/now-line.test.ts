import { expect, test } from 'vitest';
import { nowInWords } from './now-line.tsx';
import { stageViews } from './stage-view.ts';

const DEFINITION = {
  name: 'p',
  roleArn: 'r',
  stages: [
    {
      name: 'Build',
      actions: [
        {
          name: 'Test',
          actionTypeId: { category: 'Build', owner: 'AWS', provider: 'CodeBuild', version: '1' } as const,
        },
      ],
    },
    {
      name: 'Gate',
      actions: [
        {
          name: 'Ask',
          actionTypeId: { category: 'Approval', owner: 'AWS', provider: 'Manual', version: '1' } as const,
        },
      ],
    },
  ],
};

const running = (stageName: string, actionName: string) => ({
  stageName,
  latestExecution: { pipelineExecutionId: '1', status: 'InProgress' as const },
  actionStates: [{ actionName, latestExecution: { status: 'InProgress' as const } }],
});

test('a pipeline that never ran says so', () => {
  expect(nowInWords(stageViews(DEFINITION, undefined))).toBe('This pipeline has not run yet.');
});

test('what runs and what is waited for stand in one sentence', () => {
  const stages = stageViews(DEFINITION, [running('Build', 'Test'), running('Gate', 'Ask')]);
  expect(nowInWords(stages)).toBe('Build runs Test; Gate waits for a decision in Ask.');
});

test('a failed stage is named once nothing runs', () => {
  const stages = stageViews(DEFINITION, [
    { stageName: 'Build', latestExecution: { pipelineExecutionId: '1', status: 'Failed' } },
  ]);
  expect(nowInWords(stages)).toBe('Nothing runs. Build failed.');
});
