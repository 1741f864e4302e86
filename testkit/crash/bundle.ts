/** Names of environment variables that tell builds and hooks where to leave a line for each time they ran. */
export const BUILD_EFFECTS = 'BUILD_EFFECTS';
export const HOOK_EFFECTS = 'HOOK_EFFECTS';

const HOOKS = ['BeforeInstall', 'AfterInstall', 'ApplicationStart', 'ValidateService'];

const buildspec = `version: 0.2
env:
  exported-variables: [VERSION]
phases:
  pre_build:
    commands:
      - echo "$CODEBUILD_BUILD_ID pre_build" >> "$${BUILD_EFFECTS}"
  build:
    commands:
      - echo "$CODEBUILD_BUILD_ID build" >> "$${BUILD_EFFECTS}"
      - export VERSION=one
reports:
  unit:
    files: [unit.xml]
artifacts:
  files: ['**/*']
`;

const appspec = `version: 0.0
os: linux
files:
  - source: unit.xml
    destination: /srv/app
file_exists_behavior: OVERWRITE
hooks:
${HOOKS.map((event) => `  ${event}:\n    - location: hook.sh\n      timeout: 30\n`).join('')}`;

/** What is committed: every command and script leaves exactly one line outside for each time it ran. */
export const files = [
  { filePath: 'buildspec.yml', content: buildspec },
  { filePath: 'appspec.yml', content: appspec },
  {
    filePath: 'hook.sh',
    content: `#!/bin/sh\necho "$DEPLOYMENT_ID $LIFECYCLE_EVENT" >> "$${HOOK_EFFECTS}"\n`,
  },
  {
    filePath: 'unit.xml',
    content:
      '<testsuite name="unit"><testcase name="adds" time="0.1"/><testcase name="greets"/></testsuite>\n',
  },
];
