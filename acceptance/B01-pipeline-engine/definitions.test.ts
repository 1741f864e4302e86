import {
  type ActionCategory,
  type ActionDeclaration,
  type ActionOwner,
  CreatePipelineCommand,
  GetPipelineCommand,
  InvalidActionDeclarationException,
  InvalidStructureException,
  type PipelineDeclaration,
  PipelineNameInUseException,
  PipelineNotFoundException,
  type PipelineVariable,
  PipelineVersionNotFoundException,
  PollForJobsCommand,
  RollbackStageCommand,
  type StageDeclaration,
  StartPipelineExecutionCommand,
  UpdatePipelineCommand,
} from '@aws-sdk/client-codepipeline';
import { expect, test } from 'vitest';
import { appAndPass, labForSuite } from '../../testkit/codepipeline/lab-suite.ts';
import { build, sourceStage } from '../../testkit/codepipeline/pipeline-lab.ts';

const lab = labForSuite(async (made) => {
  await appAndPass(made);
  await made.createPipeline('tests', [
    sourceStage('app'),
    { name: 'Tests', actions: [build('Pass', 'pass')] },
  ]);
});

test('errors are typed, say everything at once, and change nothing', async () => {
  const stages = [
    sourceStage('app'),
    {
      name: 'Build',
      actions: [
        build('Compile', 'x', {
          actionTypeId: { category: 'Build', owner: 'AWS', provider: 'Jenkins', version: '1' },
        }),
        build('Other', 'x', { configuration: { Nope: 'x' } }),
      ],
    },
  ];
  const refused = await lab.createPipeline('broken', stages).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(InvalidActionDeclarationException);
  expect((refused as Error).message).toContain('Build/AWS/Jenkins/1');
  expect((refused as Error).message).toContain("unknown configuration 'Nope'");
  expect((refused as Error).message).toContain("missing required configuration 'ProjectName'");
  await expect(lab.pipelines.send(new GetPipelineCommand({ name: 'broken' }))).rejects.toBeInstanceOf(
    PipelineNotFoundException,
  );
  const { pipeline } = await lab.pipelines.send(new GetPipelineCommand({ name: 'tests' }));
  expect(pipeline?.version).toBe(1);
  await expect(lab.pipelines.send(new CreatePipelineCommand({ pipeline }))).rejects.toBeInstanceOf(
    PipelineNameInUseException,
  );
  const edit = {
    ...pipeline,
    pipelineType: 'V1',
    executionMode: 'QUEUED',
    stages: pipeline?.stages?.slice(0, 1),
  };
  const unchanged = await lab.pipelines
    .send(new UpdatePipelineCommand({ pipeline: edit as PipelineDeclaration }))
    .catch((error: unknown) => error);
  expect(unchanged).toBeInstanceOf(InvalidStructureException);
  expect((unchanged as Error).message.split('\n')).toEqual([
    'stages: Pipeline has 1 stage(s). Pipelines must have a minimum of two stages',
    'executionMode: Execution mode QUEUED can only be used in pipelines of type V2 (pipelineType: V2)',
  ]);
  expect((await lab.pipelines.send(new GetPipelineCommand({ name: 'tests' }))).pipeline).toEqual(pipeline);
  await expect(
    lab.pipelines.send(new GetPipelineCommand({ name: 'tests', version: 7 })),
  ).rejects.toBeInstanceOf(PipelineVersionNotFoundException);
});

test('what is not built is refused by name, and nothing is half done', async () => {
  const rule = {
    name: 'window',
    ruleTypeId: {
      category: 'Rule' as const,
      owner: 'AWS' as const,
      provider: 'DeploymentWindow',
      version: '1',
    },
  };
  const condition = { conditions: [{ result: 'FAIL' as const, rules: [rule] }] };
  const passing = build('Compile', 'pass');
  const cases: [RegExp, StageDeclaration[], Partial<PipelineDeclaration>?][] = [
    [
      /beforeEntry .* not built here yet/,
      [sourceStage('app'), { name: 'B', actions: [passing], beforeEntry: condition }],
    ],
    [
      /onSuccess .* not built here yet/,
      [sourceStage('app'), { name: 'B', actions: [passing], onSuccess: condition }],
    ],
    [
      /result ROLLBACK .* not built here yet/,
      [sourceStage('app'), { name: 'B', actions: [passing], onFailure: { result: 'ROLLBACK' } }],
    ],
    [
      /Invoke\/AWS\/Lambda\/1 .* not built here yet/,
      later(action('Invoke', 'AWS', 'Lambda', { FunctionName: 'f' })),
    ],
    [/Deploy\/AWS\/CloudFormation\/1 .* not built/, later(action('Deploy', 'AWS', 'CloudFormation'))],
    [
      /Compute\/AWS\/Commands\/1 .* not built/,
      later({ ...action('Compute', 'AWS', 'Commands'), commands: ['ls'] }),
    ],
    [/Test\/Custom\/Scanner\/1 .* not built/, later(action('Test', 'Custom', 'Scanner'))],
    [
      /Triggers with filters are not built here yet/,
      [sourceStage('app'), { name: 'B', actions: [passing] }],
      {
        triggers: [
          {
            providerType: 'CodeStarSourceConnection',
            gitConfiguration: { sourceActionName: 'Checkout', push: [{ branches: { includes: ['main'] } }] },
          },
        ],
      },
    ],
    [
      /'true' is no value of 'BatchEnabled'/,
      later(build('Later', 'pass', { configuration: { ProjectName: 'pass', BatchEnabled: 'true' } })),
    ],
  ];
  for (const [message, stages, more] of cases) {
    await expect(lab.createPipeline('later', stages, more)).rejects.toThrow(message);
  }
  await expect(lab.pipelines.send(new GetPipelineCommand({ name: 'later' }))).rejects.toBeInstanceOf(
    PipelineNotFoundException,
  );
  const operations = [
    new RollbackStageCommand({
      pipelineName: 'tests',
      stageName: 'Tests',
      targetPipelineExecutionId: '00000000-0000-4000-8000-000000000000',
    }),
    new PollForJobsCommand({ actionTypeId: action('Test', 'Custom', 'Scanner').actionTypeId }),
  ];
  for (const command of operations) {
    await expect(lab.pipelines.send(command as RollbackStageCommand)).rejects.toMatchObject({
      name: 'OperationNotBuilt',
      message: expect.stringMatching(/RollbackStage|PollForJobs/),
    });
  }
});

test('a pipeline with a variable that needs a value is created and waits for its first start', async () => {
  await lab.createProject(
    'greet',
    'version: 0.2\nenv: {exported-variables: [SAID]}\nphases: {build: {commands: ["SAID=$GREETING"]}}\n',
  );
  const greet = build('Greet', 'greet', {
    configuration: {
      ProjectName: 'greet',
      EnvironmentVariables: '[{"name":"GREETING","value":"#{variables.greeting} #{variables.who}"}]',
    },
  });
  const variables = [{ name: 'greeting' }, { name: 'who', defaultValue: 'world' }];
  const stages = [sourceStage('app'), { name: 'Build', actions: [greet] }];
  expect(await lab.createPipeline('greet', stages, { variables })).toBeUndefined();
  const start = (given: { variables?: PipelineVariable[] }) =>
    lab.pipelines.send(new StartPipelineExecutionCommand({ name: 'greet', ...given }));
  await expect(start({})).rejects.toThrow('variable greeting has no default, so it needs a value');
  const { pipelineExecutionId = '' } = await start({ variables: [{ name: 'greeting', value: 'hello' }] });
  await lab.ended('greet', pipelineExecutionId, 'Succeeded');
  const actions = await lab.actions('greet', pipelineExecutionId);
  expect(actions.find((each) => each.actionName === 'Greet')?.output?.outputVariables).toMatchObject({
    SAID: 'hello world',
  });
});

function action(
  category: ActionCategory,
  owner: ActionOwner,
  provider: string,
  configuration: Record<string, string> = {},
): ActionDeclaration {
  return { name: 'Later', actionTypeId: { category, owner, provider, version: '1' }, configuration };
}

function later(declared: ActionDeclaration): StageDeclaration[] {
  return [sourceStage('app'), { name: 'Later', actions: [declared] }];
}
