import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkFile } from './check.ts';
import { codeFrame } from './code-frame.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pipewright-validate-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const checked = (name: string, content: string | Buffer) => {
  writeFileSync(join(folder, name), content);
  return checkFile(join(folder, name), undefined, 'us-east-1');
};
const told = (name: string, content: string | Buffer) =>
  checked(name, content).findings.map(
    ({ line, column, message, hint }) => `${line}:${column} ${message}${hint ? `; ${hint}` : ''}`,
  );

const pipeline = `{
  "pipeline": {
    "name": "web",
    "roleArn": "arn:aws:iam::111111111111:role/pipeline",
    "artifactStore": {"type": "S3", "location": "artifacts"},
    "stages": [
      {"name": "Source", "actions": [{
        "name": "Checkout",
        "actionTypeId": {"category": "Source", "owner": "AWS", "provider": "CodeCommit", "version": "1"},
        "configuration": {"RepositoryName": "app", "BranchName": "main"},
        "outputArtifacts": [{"name": "Code"}]
      }]},
      {"name": "Build", "actions": [{
        "name": "Compile",
        "actionTypeId": {"category": "Build", "owner": "AWS", "provider": "CodeBuild", "version": "1"},
        "configuration": {"ProjectName": "compile"},
        "inputArtifacts": [{"name": "Code"}],
        "outputArtifacts": [{"name": "App"}]
      }]}
    ]
  }
}
`;
const buildspec = 'version: 0.2\nphases:\n  build:\n    commands:\n      - make\n';
const appspec = 'version: 0.0\nos: linux\nfiles:\n  - {source: /, destination: /srv/app}\n';

test('good files have no findings, whatever they are called', () => {
  for (const [name, content, kind] of [
    ['pipeline.json', pipeline, 'pipeline'],
    ['release.yml', pipeline, 'pipeline'],
    ['buildspec.yml', buildspec, 'buildspec'],
    ['buildspec-test.yaml', buildspec, 'buildspec'],
    ['ci.yml', buildspec, 'buildspec'],
    ['appspec.yml', appspec, 'appspec'],
    ['bom.json', `\uFEFF${pipeline}`, 'pipeline'],
  ] as const) {
    expect(checked(name, content)).toMatchObject({ kind, findings: [] });
  }
});

const JSON_CASES: readonly [string, string, string][] = [
  ['a comma too much', '"App"}]\n      }]}\n', '"App"}],\n      }]}\n'],
  ['no comma', '"name": "web",', '"name": "web"'],
  ['single quotes', '"name": "web"', "'name': 'web'"],
  ['a comment', '"name": "web",', '"name": "web", # the site'],
  ['a bracket that is not closed', ']\n  }\n}\n', ']\n  }\n'],
  ['an undefined value', '"location": "artifacts"', '"location": undefined'],
];

test.each(JSON_CASES)('JSON with %s', (_, right, wrong) => {
  expect(pipeline).toContain(right);
  const text = pipeline.replace(right, wrong);
  const findings = told('strict.json', text);
  const line = pipeline.slice(0, pipeline.indexOf(right)).split('\n').length;
  expect(findings.some((finding) => /not valid (JSON|YAML)/.test(finding))).toBe(true);
  // The parser sees it where the next thing stands.
  expect(Math.abs(Number(findings[0]?.split(':')[0]) - line)).toBeLessThanOrEqual(3);
});

test('a pipeline is told all that is wrong with it', () => {
  const broken = pipeline
    .replace('"web"', '"my web"')
    .replace('"CodeCommit", "version": "1"', '"CodeComit", "version": 1')
    .replace('"ProjectName"', '"projectname"')
    .replace('[{"name": "Code"}],\n', '[{"name": "App"}],\n')
    .replace('"location": "artifacts"', '"location": "artifacts", "locatoin": "x"');
  expect(told('broken.json', broken)).toEqual([
    "3:13 'my web' is not a pipeline name; 1 to 100 of A-Z a-z 0-9 . @ - _",
    "5:62 unknown key 'locatoin'; did you mean 'location'?",
    "9:25 Action type Source/AWS/CodeComit/1 of action 'Checkout' is not built here yet; did you mean Source/AWS/CodeCommit/1?",
    '9:100 must be a string, not a number; "1", in quotes',
    "16:26 Action configuration for action 'Compile' is missing required configuration 'ProjectName'",
    "16:27 Action configuration for action 'Compile' contains unknown configuration 'projectname'; did you mean 'ProjectName'?",
    "17:37 Input Artifact 'App' of action 'Compile' is produced by 'Compile', which does not run before it",
  ]);
});

test('artifacts that need each other are told of', () => {
  const round = pipeline
    .replace('"inputArtifacts": [{"name": "Code"}]', '"inputArtifacts": [{"name": "Late"}]')
    .replace(
      '"outputArtifacts": [{"name": "App"}]\n      }]}',
      `"outputArtifacts": [{"name": "App"}]\n      }, {
        "name": "Again",
        "actionTypeId": {"category": "Test", "owner": "AWS", "provider": "CodeBuild", "version": "1"},
        "configuration": {"ProjectName": "again"},
        "inputArtifacts": [{"name": "App"}],
        "outputArtifacts": [{"name": "Late"}]
      }]}`,
    );
  expect(told('round.json', round)).toEqual([
    "17:37 Input Artifact 'Late' of action 'Compile' is produced by 'Again', which does not run before it",
    "23:37 Input Artifact 'App' of action 'Again' is produced by 'Compile', which does not run before it",
  ]);
});

test('a buildspec is told all that is wrong with it', () => {
  const broken = `version: 0.2
env:
  variabels: {A: b}
phases:
  biuld: {commands: [make]}
  install:
    commands: {run: make}
    on-failure: PERHAPS
  install:
    commands: [ls]
artifacts:
  files: 7
  discard-paths: maybe
`;
  const findings = told('buildspec.yml', broken);
  for (const expected of [
    /^3:3 unknown key "variabels" in env; did you mean "variables"\?$/,
    /^5:3 .*biuld.*did you mean "build"\?$/,
    /^9:3 not valid YAML: the key install occurs twice$/,
    /^13:18 .*discard-paths must be yes or no/,
  ]) {
    expect(
      findings.some((finding) => expected.test(finding)),
      findings.join('\n'),
    ).toBe(true);
  }
});

test('an appspec is told all that is wrong with it', () => {
  const broken = `version: 1.0
os: windows
fles: []
files:
  - {source: ../../etc/passwd, destination: relative}
  - {destination: /srv}
permissions: {object: /srv}
hooks:
  BeforeInstal:
    - location: a.sh
  AfterInstall:
    - location: /../a.sh
      timeout: soon
      timeout: 5
  Install:
    - location: a.sh
`;
  expect(told('appspec.yml', broken).map((finding) => finding.split(' ', 1)[0])).toEqual([
    '1:10',
    '2:5',
    '3:1',
    '5:14',
    '5:45',
    '6:5',
    '7:14',
    '9:3',
    '12:17',
    '13:16',
    '14:7',
    '15:3',
  ]);
  expect(told('appspec.yaml', appspec)).toEqual([
    '1:1 CodeDeploy looks for appspec.yml only; name the file appspec.yml',
  ]);
});

test.each(['pipeline.yml', 'buildspec.yml', 'appspec.yml'])('files that are none: %s', (name) => {
  expect(told(name, '').length).toBeGreaterThan(0);
  expect(told(name, 'just text')[0]).toMatch(/^1:1 /);
  expect(told(name, 'a: 1\n\tb: 2\n')).toEqual(['2:1 not valid YAML: Tabs are not allowed as indentation']);
  expect(told(name, 'x'.repeat(2 ** 21))).toEqual(['1:1 the file is larger than 1024 KB']);
  expect(told(name, Buffer.from('version: 0.2\nname: caf\xe9\n', 'latin1'))).toEqual([
    '2:10 the file is not UTF-8 text',
  ]);
  expect(told(name, Buffer.from('\uFEFFversion: 0.2', 'utf16le'))[0]).toContain('not UTF-8');
  const bomb = `a: &a [${'x,'.repeat(20)}]\nb: &b [${'*a,'.repeat(20)}]\nc: &c [${'*b,'.repeat(20)}]\nphases: [${'*c,'.repeat(20)}]\nhooks: *c\nstages: *c\n`;
  expect(told(name, bomb).length).toBeGreaterThan(0);
  expect(told(name, bomb).length).toBeLessThanOrEqual(101);
  expect(told(name, '['.repeat(100_000)).length).toBeGreaterThan(0);
});

test('what is no file, and what is no definition', () => {
  expect(checkFile(join(folder, 'nowhere.yml'), undefined, 'us-east-1').findings).toMatchObject([
    { line: 1, column: 1, message: 'there is no such file' },
  ]);
  expect(checkFile(folder, undefined, 'us-east-1').findings[0]?.message).toMatch(/not a file|directory/);
  expect(checkFile('/dev/zero', undefined, 'us-east-1').findings[0]?.message).toBe('it is not a file');
  expect(told('compose.yml', 'services: {}\n')[0]).toContain('no pipeline definition, buildspec or appspec');
});

test('a code frame points at the place and shows nothing that steers a terminal', () => {
  const text = 'one\n\ttwo\u001B[31m three\nfour';
  expect(codeFrame(text, { line: 2, column: 6 })).toBe('  1 | one\n> 2 |  two·[31m three\n    |      ^');
  expect(codeFrame('', { line: 1, column: 1 })).toBe('> 1 |\n    | ^');
  const wide = codeFrame(`${'a'.repeat(300)}HERE${'b'.repeat(300)}`, { line: 1, column: 301 }).split('\n');
  const caret = wide[1]?.indexOf('^') ?? 0;
  expect(wide[0]?.slice(caret, caret + 4)).toBe('HERE');
  expect(wide[0]?.length).toBeLessThan(115);
});
