const HOOKS = ['BeforeInstall', 'AfterInstall', 'ApplicationStart', 'ValidateService'];

/**
 * What is pushed: a build and hooks that leave a line in `effects` for each time they ran, and that wait as long as a
 * file `hold-<name>` lies in the folder. A build that waits prints and counts its ticks.
 */
export function realFiles(dir: string): Readonly<Record<string, string>> {
  const effect = (text: string) => `echo "${text}" >> ${dir}/effects`;
  return {
    'buildspec.yml': `version: 0.2
env:
  exported-variables: [VERSION]
phases:
  pre_build:
    commands:
      - ${effect('build pre_build $CODEBUILD_BUILD_ID $CODEBUILD_SRC_DIR')}
  build:
    commands:
      - |
        ${effect('build build $CODEBUILD_BUILD_ID')}
        n=0
        while [ -e ${dir}/hold-build ]; do
          n=$((n+1)); echo "tick $n"; echo "$n" > ${dir}/ticks; sleep 0.02
        done
        echo "after $n ticks"
      - export VERSION=one
artifacts:
  files: ['**/*']
`,
    'appspec.yml': `version: 0.0
os: linux
files:
  - source: page.html
    destination: /srv/app
file_exists_behavior: OVERWRITE
hooks:
${HOOKS.map((event) => `  ${event}:\n    - location: hook.sh\n      timeout: 3600\n`).join('')}`,
    'hook.sh': `#!/bin/sh
${effect('hook $LIFECYCLE_EVENT $DEPLOYMENT_ID')}
while [ -e "${dir}/hold-$LIFECYCLE_EVENT" ]; do sleep 0.02; done
${effect('hook-end $LIFECYCLE_EVENT $DEPLOYMENT_ID')}
`,
    'page.html': 'hello\n',
  };
}
