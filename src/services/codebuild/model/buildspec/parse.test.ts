import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseBuildspec } from './parse.ts';

const findings = (text: string) =>
  parseBuildspec(text, 'buildspec.yml').findings.map(
    (f) => `${f.line}:${f.column} ${f.message}${f.hint === undefined ? '' : ` (${f.hint})`}`,
  );
const spec = (text: string) => {
  const parsed = parseBuildspec(text, 'buildspec.yml');
  if (parsed.kind === 'bad') throw new Error(JSON.stringify(parsed.findings));
  return parsed.spec;
};

test('reads the example of C1', () => {
  expect(
    spec(`version: 0.2
env:
  shell: bash
  variables: {STAGE: dev, N: 007, ON: yes}
  exported-variables: [IMAGE_REPO, IMAGE_TAG]
phases:
  build:
    commands:
      - npm test
      - |
        echo one
        echo two
  install:
    runtime-versions: {nodejs: 20}
    commands: npm ci
    on-failure: RETRY-2-ECONNRESET
  post_build:
    commands: [echo done]
    finally: ["rm -rf tmp"]
    on-failure: CONTINUE
reports:
  unit: {files: ["**/*.xml"], base-directory: ./test-results/, file-format: JunitXml}
artifacts:
  files: ["**/*"]
  base-directory: dist
  secondary-artifacts:
    Config: {files: [config.json], discard-paths: yes}
cache:
  paths: ["node_modules/**/*"]
`),
  ).toEqual({
    version: '0.2',
    shell: 'bash',
    runAs: undefined,
    variables: { STAGE: 'dev', N: '007', ON: 'yes' },
    parameterStore: {},
    secretsManager: {},
    exportedVariables: ['IMAGE_REPO', 'IMAGE_TAG'],
    gitCredentialHelper: false,
    phases: [
      {
        name: 'install',
        commands: ['npm ci'],
        finally: [],
        onFailure: { kind: 'retry', count: 2, pattern: 'ECONNRESET' },
      },
      {
        name: 'build',
        commands: ['npm test', 'echo one\necho two\n'],
        finally: [],
        onFailure: { kind: 'default' },
      },
      {
        name: 'post_build',
        commands: ['echo done'],
        finally: ['rm -rf tmp'],
        onFailure: { kind: 'continue' },
      },
    ],
    reports: [
      {
        group: 'unit',
        files: ['**/*.xml'],
        excludePaths: [],
        baseDirectory: 'test-results',
        discardPaths: false,
        format: 'JUNITXML',
      },
    ],
    artifacts: {
      files: ['**/*'],
      excludePaths: [],
      baseDirectory: 'dist',
      discardPaths: false,
      name: undefined,
      enableSymlinks: false,
      secondary: [
        {
          identifier: 'Config',
          files: ['config.json'],
          excludePaths: [],
          baseDirectory: undefined,
          discardPaths: true,
          name: undefined,
          enableSymlinks: false,
        },
      ],
    },
    cache: {
      key: undefined,
      fallbackKeys: [],
      paths: [{ root: 'src', pattern: 'node_modules/**/*' }],
      restores: true,
      saves: true,
    },
    notes: [expect.stringContaining('nodejs: 20')],
  });
});

test('reads JSON, anchors and merge keys', () => {
  expect(spec('{"version":"0.2","phases":{"build":{"commands":["cdk synth"]}}}').phases).toHaveLength(1);
  const merged = spec(`version: 0.2
env:
  variables: &base {A: "1", B: "2"}
phases:
  pre_build: &phase {commands: [make], on-failure: ABORT}
  build:
    <<: *phase
    commands: [make all]
`);
  expect(merged.phases[1]).toEqual({
    name: 'build',
    commands: ['make all'],
    finally: [],
    onFailure: { kind: 'abort' },
  });
});

test('cache: paths in the source and at home, keys that need no shell (C4)', () => {
  const cache = (text: string) => `version: 0.2\nphases: {build: {commands: [a]}}\ncache: ${text}`;
  expect(
    spec(
      cache(
        '{key: "npm-$(codebuild-hash-files package-lock.json)-$STAGE", fallback-keys: [npm-], action: restore, paths: ["./dist", "~/.cargo/bin/cedar", "/root/.m2/**/*", "$HOME/x/"]}',
      ),
    ).cache,
  ).toEqual({
    key: 'npm-$(codebuild-hash-files package-lock.json)-$STAGE',
    fallbackKeys: ['npm-'],
    paths: [
      { root: 'src', pattern: './dist' },
      { root: 'home', pattern: '.cargo/bin/cedar' },
      { root: 'home', pattern: '.m2/**/*' },
      { root: 'home', pattern: 'x' },
    ],
    restores: true,
    saves: false,
  });
  expect(findings(cache('{}'))).toEqual(['3:8 cache has no paths (add "paths:" with a list of patterns)']);
  const wrong = findings(
    cache(
      '{key: "$(date)", fallback-keys: [a, b, c, d, e, f], action: keep, paths: [/etc/passwd, ../up, "~/../x"]}',
    ),
  );
  expect(wrong.map((finding) => finding.replace(/ \(.*/, '').replace(/^\S+ /, ''))).toEqual([
    '"$(date)" cannot be filled in',
    'there are 6 fallback keys',
    'action cannot be "keep"',
    '"/etc/passwd" leaves the source and the home folder',
    '"../up" leaves the source and the home folder',
    '"~/../x" leaves the source and the home folder',
  ]);
});

test('version 0.1 has its own names', () => {
  expect(
    spec(`version: 0.1
environment_variables:
  plaintext: {A: b}
phases: {build: {commands: [cd sub, pwd]}}
`),
  ).toMatchObject({ version: '0.1', variables: { A: 'b' } });
  expect(
    findings('version: 0.2\nenvironment_variables: {plaintext: {A: b}}\nphases: {build: {commands: [a]}}'),
  ).toEqual(['2:24 environment_variables belongs to version 0.1 (in 0.2 it is "env:" with "variables:")']);
});

test('tells everything that is wrong at once, with its place and what would be right', () => {
  expect(
    findings(`version: 0.3
env:
  shell: fish
  varaibles: {A: b}
  variables:
    CODEBUILD_X: no
    a-b: no
  exported-variables: [AWS_X]
phases:
  build:
    comands: [make]
    commands:
      - echo key: value
      - [nested]
    on-failure: STOP
  postbuild:
    commands: []
reports:
  unit: {file-format: TAP}
artifacts:
  files: [/etc/passwd, ../up]
  discard-paths: maybe
`),
  ).toEqual([
    '1:10 version 0.3 is not known (it is 0.2 (or 0.1))',
    '3:10 the shell fish is not known (use bash or /bin/sh)',
    '4:3 unknown key "varaibles" in env (did you mean "variables"?)',
    '6:18 CODEBUILD_X: names that begin with CODEBUILD_ are reserved (choose another name)',
    '7:10 "a-b" cannot be the name of a variable (letters, digits and _ only)',
    '8:24 AWS_X cannot be exported: names that begin with AWS_ are kept back',
    '11:5 unknown key "comands" in phases.build (did you mean "commands"?)',
    '13:9 phases.build.commands[0] must be text, not a mapping (text with ": " in it must stand in quotes or after "|")',
    '14:9 phases.build.commands[1] must be text, not a list',
    '15:17 on-failure cannot be "STOP" (ABORT, CONTINUE, RETRY, RETRY-<count> or RETRY-<regex>)',
    '16:3 unknown key "postbuild" in phases (did you mean "post_build"?)',
    '19:9 reports.unit has no files (add "files:" with a list of patterns)',
    '19:23 file-format TAP is not known (one of JUNITXML, CUCUMBERJSON, NUNITXML, NUNIT3XML, TESTNGXML, VISUALSTUDIOTRX, CLOVERXML, COBERTURAXML, JACOCOXML, SIMPLECOV)',
    '21:11 "/etc/passwd" leaves the source folder (paths are relative and have no "..")',
    '21:24 "../up" leaves the source folder (paths are relative and have no "..")',
    '22:18 artifacts.discard-paths must be yes or no',
  ]);
});

test.each([
  ['', 'has no value'],
  ['just text', 'must be a mapping'],
  ['version: 0.2', 'there are no phases'],
  ['version: 0.2\nphases: {}', 'there is no phase'],
  ['version: 0.2\nphases:\n  build:\n', 'phases.build has no value'],
  ['phases: {build: {commands: [a]}}', 'the version is missing'],
  ['version: 0.2\nversion: 0.2\nphases: {build: {commands: [a]}}', 'not valid YAML'],
  ['version: 0.2\nphases: {build: {commands: *nobody}}', 'names an anchor that is not there'],
  ['version: "0.2\nphases', 'not valid YAML'],
  [
    'version: 0.2\nphases: {build: {commands: [a], steps: [{run: b}]}}',
    'phase build has both commands and steps',
  ],
  ['version: 0.2\nphases: {build: {steps: [{run: b}]}}', 'steps are not available yet'],
  ['version: 0.2\nphases: {install: {runtime-versions: {}}}', 'names no runtime'],
  ['version: 0.2\nphases: {build: {commands: ["a\\0b"]}}', 'NUL'],
  ['['.repeat(100_000), ''],
  [`version: 0.2\nx: &a [${'y,'.repeat(50)}y]\n`, 'unknown key "x"'],
  [' '.repeat(300 * 1024), 'larger than 256 KB'],
  ['version: 0.2\nphases: {build: {commands: [a], on-failure: "RETRY-("}}', 'is not a regular expression'],
  ['version: 0.2\nphases: {build: {commands: [a], on-failure: RETRY-101}}', 'at most 100 times'],
  [
    'version: 0.2\nenv: {secrets-manager: {A: "x:y:AWSCURRENT:1"}}\nphases: {build: {commands: [a]}}',
    'one of the two',
  ],
])('refuses %#', (text, message) => {
  const parsed = parseBuildspec(text, 'f');
  expect(parsed.kind).toBe('bad');
  expect(parsed.findings.map((f) => `${f.message} ${f.hint}`).join('\n')).toContain(message);
});

test('never throws, and every finding points into the text', () => {
  const word = fc.constantFrom(
    'version',
    '0.2',
    'phases',
    'build',
    'commands',
    ':',
    ' ',
    '\n',
    '-',
    '[',
    '{',
    '*a',
    '&a',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(word, fc.string()), { maxLength: 40 }), (words) => {
      const text = words.join('');
      const lines = text.split('\n').length;
      for (const finding of parseBuildspec(text, 'f').findings) {
        expect(finding.line).toBeGreaterThanOrEqual(1);
        expect(finding.line).toBeLessThanOrEqual(lines + 1);
        expect(finding.column).toBeGreaterThanOrEqual(1);
      }
    }),
  );
});

test('any command survives JSON and YAML unchanged', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.string({ minLength: 1 }).filter((s) => !s.includes('\0')),
        { minLength: 1 },
      ),
      (commands) => {
        const text = JSON.stringify({ version: '0.2', phases: { build: { commands } } });
        expect(spec(text).phases[0]?.commands).toEqual(commands);
      },
    ),
  );
});
