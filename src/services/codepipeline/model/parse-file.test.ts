import { expect, test } from 'vitest';
import { checkPipelineFile } from '../check-file.ts';

const yaml = `pipeline:
  name: web
  roleArn: arn:aws:iam::111111111111:role/pipeline
  artifactStore: {type: S3, location: artifacts}
  stages:
    - name: Source
      actions:
        - name: Checkout
          actionTypeId: {category: Source, owner: AWS, provider: CodeCommit, version: "1"}
          configuration: {RepositoryName: app, BranchName: main}
          outputArtifacts: [{name: Code}]
    - name: Build
      actions:
        - name: Compile
          actionTypeId: {category: Build, owner: AWS, provider: CodeBuild, version: "1"}
          configuration: {ProjectName: compile}
          inputArtifacts: [{name: Code}]
`;
const check = (text: string) => checkPipelineFile(text, 'pipeline.yml', 'us-east-1');
const places = (text: string) =>
  check(text).findings.map(({ line, column, path }) => `${line}:${column} ${path}`);

test('YAML and JSON give the same definition', () => {
  const parsed = check(yaml);
  expect(parsed.findings).toEqual([]);
  expect(parsed.definition?.stages.map((stage) => stage.name)).toEqual(['Source', 'Build']);
  const json = JSON.stringify({ pipeline: parsed.definition, metadata: { pipelineArn: 'x' } }, null, 2);
  expect(check(json)).toEqual(parsed);
  expect(check(JSON.stringify(parsed.definition)).definition).toEqual(parsed.definition);
});

test('every finding has line and column', () => {
  const broken = yaml
    .replace('name: web', 'name: "not a name"')
    .replace('{ProjectName: compile}', '{Project: compile}')
    .replace('[{name: Code}]\n    - name', '[{name: Code, colour: red}]\n    - name');
  expect(places(broken)).toEqual([
    '2:9 pipeline.name',
    '11:42 pipeline.stages[0].actions[0].outputArtifacts[0].colour',
    '16:26 pipeline.stages[1].actions[0].configuration',
    '16:27 pipeline.stages[1].actions[0].configuration.Project',
  ]);
});

test('text that is no YAML, and documents that are no pipeline', () => {
  expect(places('pipeline: [')).toEqual(['1:12 ']);
  expect(check('just text').findings[0]?.message).toContain('must be a map, not a string');
  expect(check('').findings[0]?.message).toContain('must be a map, not nothing');
  expect(check('name: 7\nroleArn:\nstages: {}\n').findings.map((finding) => finding.message)).toEqual([
    "'roleArn' is missing",
    'must be a string, not a number',
    'must be a list, not a map',
  ]);
});

test('aliases cannot blow a small file up', () => {
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [${'*a,'.repeat(9)}]\nc: &c [${'*b,'.repeat(9)}]\nd: [${'*c,'.repeat(9)}]\n`;
  expect(check(bomb).findings).toHaveLength(1);
  expect(check(bomb).findings[0]?.message).toMatch(/alias/i);
});

test('what is wrong in the shape does not hide what is wrong in the rules, nor is it told twice', () => {
  const broken = yaml
    .replace('version: "1"}\n          configuration: {Repo', 'version: 1}\n          configuration: {Repo')
    .replace('BranchName: main', 'BranchName: main, PollForSourceChanges: false')
    .replace('name: Compile\n', 'name: [Compile]\n')
    .replace('inputArtifacts: [{name: Code}]', 'inputArtifacts: [{name: Kode}]\n          runOrder: 1000')
    .replace('name: web', 'name: web\n  name: twice\n  pipelineTyp: V2');
  expect(check(broken).findings.map(({ line, message, hint }) => `${line}: ${message}; ${hint}`)).toEqual([
    '3: not valid YAML: the key name occurs twice; undefined',
    "4: unknown key 'pipelineTyp'; did you mean 'pipelineType'?",
    '11: must be a string, not a number; "1", in quotes',
    '12: must be a string, not a boolean; "false", in quotes',
    '16: must be a string, not a list; undefined',
    "19: Input Artifact Bundle 'Kode' in action '' is not produced by any action of the pipeline; did you mean 'Code'?",
    "20: runOrder 1000 of action '' is out of range; 1 to 999",
  ]);
});

test('beside the pipeline only what the aws CLI takes or prints there', () => {
  expect(check(`${yaml}tags: []\nmetadata: {}\n`).findings).toEqual([]);
  expect(check(`${yaml}taggs: []\n`).findings[0]).toMatchObject({ line: 18, hint: "did you mean 'tags'?" });
});

test('huge, endless and deep files are told of in a few lines', () => {
  expect(check(`name: ${'x'.repeat(2 ** 21)}`).findings.map(({ message }) => message)).toEqual([
    'the pipeline is larger than 1024 KB',
  ]);
  for (const deep of ['['.repeat(50_000), '{"a":'.repeat(50_000), '- '.repeat(50_000)]) {
    expect(check(deep).findings.length).toBeGreaterThan(0);
  }
  const many = `${yaml}${'      - {name: "a b"}\n'.repeat(3_000).replace(/^ {6}/, '    ')}`;
  expect(check(many).findings.length).toBeLessThanOrEqual(101);
});
