import { describe, expect, test } from 'vitest';
import { ACTION_TYPES } from '../../actions/table.ts';
import type { ActionDefinition, PipelineDefinition, StageDefinition } from '../definition.ts';
import { pathText, problemText } from './problem.ts';
import { validatePipeline } from './validate.ts';

const source: ActionDefinition = {
  name: 'Checkout',
  actionTypeId: { category: 'Source', owner: 'AWS', provider: 'CodeCommit', version: '1' },
  configuration: { RepositoryName: 'app', BranchName: 'main' },
  outputArtifacts: [{ name: 'Code' }],
  namespace: 'Src',
};
const build: ActionDefinition = {
  name: 'Compile',
  actionTypeId: { category: 'Build', owner: 'AWS', provider: 'CodeBuild', version: '1' },
  configuration: { ProjectName: 'compile' },
  inputArtifacts: [{ name: 'Code' }],
  outputArtifacts: [{ name: 'App' }],
};
const approval: ActionDefinition = {
  name: 'Gate',
  actionTypeId: { category: 'Approval', owner: 'AWS', provider: 'Manual', version: '1' },
};
const good: PipelineDefinition = {
  name: 'web',
  roleArn: 'arn:aws:iam::111111111111:role/pipeline',
  artifactStore: { type: 'S3', location: 'artifacts' },
  pipelineType: 'V2',
  stages: [
    { name: 'Source', actions: [source] },
    { name: 'Build', actions: [build] },
  ],
};

const problemsOf = (definition: PipelineDefinition) =>
  validatePipeline(definition, 'us-east-1', ACTION_TYPES);
const inBuild = (...actions: ActionDefinition[]): PipelineDefinition => ({
  ...good,
  stages: [good.stages[0] as StageDefinition, { name: 'Build', actions }],
});

test('a good pipeline has no problems', () => {
  expect(problemsOf(good)).toEqual([]);
});

test('everything is reported at once, each with its place', () => {
  const broken: PipelineDefinition = {
    ...good,
    name: 'no spaces please',
    roleArn: 'role',
    stages: [
      { name: 'Source', actions: [source, { ...build, name: 'Checkout' }] },
      { name: 'Source', actions: [{ ...source, name: 'Late', outputArtifacts: [{ name: 'Code' }] }] },
    ],
  };
  const problems = problemsOf(broken);
  expect(problems.map((problem) => `${problem.kind} ${pathText(problem.path)}`)).toEqual([
    'structure name',
    'structure roleArn',
    'stage stages[1].name',
    'structure stages[0].actions[1]',
    'structure stages[1].actions[0]',
    'action stages[0].actions[1].name',
    'structure stages[1].actions[0].outputArtifacts[0].name',
    'structure stages[0].actions[1].inputArtifacts[0].name',
    'action stages[1].actions[0].namespace',
  ]);
});

const cases: readonly [string, PipelineDefinition, RegExp][] = [
  ['one stage', { ...good, stages: [{ name: 'Source', actions: [source] }] }, /minimum of two stages/],
  [
    'no store',
    { ...good, artifactStore: undefined as never },
    /must have an artifactStore or artifactStores/,
  ],
  [
    'both stores',
    { ...good, artifactStores: { 'us-east-1': { type: 'S3', location: 'artifacts' } } },
    /not both/,
  ],
  [
    'no store for its own region',
    {
      ...good,
      artifactStore: undefined as never,
      artifactStores: { 'eu-west-1': { type: 'S3', location: 'artifacts' } },
    },
    /own Region us-east-1/,
  ],
  [
    'queue in V1',
    { ...good, pipelineType: 'V1', executionMode: 'QUEUED' },
    /only be used in pipelines of type V2/,
  ],
  ['variables in V1', { ...good, pipelineType: 'V1', variables: [{ name: 'x' }] }, /type V2/],
  ['run order', inBuild({ ...build, runOrder: 1000 }), /runOrder 1000 .* out of range \(1 to 999\)/],
  ['a missing key', inBuild({ ...build, configuration: {} }), /missing required configuration 'ProjectName'/],
  [
    'an unknown key',
    inBuild({ ...build, configuration: { ProjectName: 'x', Nope: 'y' } }),
    /unknown configuration 'Nope'/,
  ],
  [
    'a long value',
    inBuild({ ...build, configuration: { ProjectName: 'x'.repeat(1001) } }),
    /has 1001 characters/,
  ],
  ['no inputs', inBuild({ ...build, inputArtifacts: [] }), /has 0 input artifact\(s\), but must have 1 to 5/],
  [
    'an input nobody makes',
    inBuild({ ...build, inputArtifacts: [{ name: 'Ghost' }] }),
    /'Ghost' .* not produced by any action/,
  ],
  [
    'an input made beside it',
    inBuild(build, { ...build, name: 'Next', inputArtifacts: [{ name: 'App' }], outputArtifacts: [] }),
    /does not run before it/,
  ],
  [
    'two inputs without a primary source',
    inBuild(build, {
      ...build,
      name: 'Next',
      runOrder: 2,
      inputArtifacts: [{ name: 'App' }, { name: 'Code' }],
      outputArtifacts: [],
    }),
    /'PrimarySource' is required/,
  ],
  [
    'variables that are no JSON',
    inBuild({ ...build, configuration: { ProjectName: 'x', EnvironmentVariables: '[{' } }),
    /not valid JSON/,
  ],
  [
    'a variable nobody declared',
    inBuild({ ...build, configuration: { ProjectName: '#{variables.nope}' } }),
    /declares no such variable/,
  ],
  [
    'a namespace nobody has',
    inBuild({ ...build, configuration: { ProjectName: '#{Ghost.key}' } }),
    /no action has this namespace/,
  ],
  [
    'a reference that is none',
    inBuild({ ...build, configuration: { ProjectName: 'app-#{Src}' } }),
    /'#\{Src\}' in action 'Compile' is no reference to a variable \(#\{namespace\.key\}\)/,
  ],
  ['a reserved namespace', inBuild({ ...build, namespace: 'codepipeline' }), /is reserved/],
  [
    'another Region with one store for all',
    inBuild({ ...build, region: 'eu-west-1' }),
    /is in Region eu-west-1, but the pipeline has one artifactStore .*\(artifactStores with a store for each Region\)/,
  ],
  [
    'a Region without a store',
    {
      ...inBuild({ ...build, region: 'eu-west-1' }),
      artifactStore: undefined as never,
      artifactStores: { 'us-east-1': { type: 'S3', location: 'artifacts' } },
    },
    /for which artifactStores has no store/,
  ],
  [
    'a source in another Region',
    {
      ...good,
      artifactStore: undefined as never,
      artifactStores: {
        'us-east-1': { type: 'S3', location: 'artifacts' },
        'eu-west-1': { type: 'S3', location: 'artifacts-eu' },
      },
      stages: [
        { name: 'Source', actions: [{ ...source, region: 'eu-west-1' }] },
        good.stages[1] as StageDefinition,
      ],
    },
    /Source action 'Checkout' is in Region eu-west-1: sources are read in the pipeline's own Region us-east-1/,
  ],
  ['a timeout of a build', inBuild({ ...build, timeoutInMinutes: 10 }), /only for manual approvals/],
  ['a short approval', inBuild(build, { ...approval, timeoutInMinutes: 4 }), /out of range \(5 to 86400\)/],
  [
    'an action that is not built',
    inBuild({ ...build, actionTypeId: { ...build.actionTypeId, provider: 'Jenkins' } }),
    /Build\/AWS\/Jenkins\/1 .* not built here yet \(built are Source\/AWS\/CodeCommit\/1, /,
  ],
  [
    'a condition',
    {
      ...good,
      stages: [
        good.stages[0] as StageDefinition,
        { name: 'B', actions: [build], beforeEntry: { conditions: [] } },
      ],
    },
    /beforeEntry in stage 'B' are not built here yet/,
  ],
  [
    'blockers',
    {
      ...good,
      stages: [
        good.stages[0] as StageDefinition,
        { name: 'B', actions: [build], blockers: [{ name: 'b', type: 'Schedule' }] },
      ],
    },
    /blockers/,
  ],
  [
    'too many stages',
    {
      ...good,
      stages: [
        good.stages[0] as StageDefinition,
        ...Array.from({ length: 50 }, (_, n) => ({ name: `s${n}`, actions: [{ ...approval }] })),
      ],
    },
    /51 stages, 50 are allowed/,
  ],
];

describe('one thing wrong', () => {
  test.each(cases)('%s', (_, definition, expected) => {
    const problems = problemsOf(definition);
    expect(problems.map(problemText).join('\n')).toMatch(expected);
    expect(problems).toHaveLength(1);
  });
});
