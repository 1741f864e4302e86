import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TEST_SCOPE } from '../../../../testkit/support/test-context.ts';
import { type BuildHouse, openBuildHouse } from './build-house.ts';

let house: BuildHouse;
beforeAll(async () => {
  house = await openBuildHouse();
  await house.makeRole();
});
afterAll(() => house[Symbol.asyncDispose]());

test('a build runs its commands, logs them and succeeds', async () => {
  await house.makeProject('hello', {
    version: 0.2,
    env: { variables: { WHO: 'world' }, 'exported-variables': ['GREETING'] },
    phases: {
      install: { commands: ['export GREETING="hello $WHO"'] },
      build: { commands: ['echo "$GREETING"', 'cd / && cd "$CODEBUILD_SRC_DIR"', 'env | sort'] },
    },
  });
  const id = await house.start('hello');
  const build = await house.ended(id);
  expect(build).toMatchObject({
    buildStatus: 'SUCCEEDED',
    buildNumber: 1,
    currentPhase: 'COMPLETED',
    initiator: 'root',
    exportedEnvironmentVariables: [{ name: 'GREETING', value: 'hello world' }],
    logs: { groupName: '/aws/codebuild/hello', streamName: id.split(':')[1] },
  });
  expect(build.phases?.map((phase) => `${phase.phaseType} ${phase.phaseStatus ?? ''}`)).toEqual([
    'SUBMITTED SUCCEEDED',
    'QUEUED SUCCEEDED',
    'PROVISIONING SUCCEEDED',
    'DOWNLOAD_SOURCE SUCCEEDED',
    'INSTALL SUCCEEDED',
    'PRE_BUILD SUCCEEDED',
    'BUILD SUCCEEDED',
    'POST_BUILD SUCCEEDED',
    'UPLOAD_ARTIFACTS SUCCEEDED',
    'FINALIZING SUCCEEDED',
    'COMPLETED ',
  ]);
  const output = await house.output(build);
  expect(output[0]).toBe('hello world');
  const variables = new Map(output.slice(1).map((line) => line.split(/=(.*)/s) as [string, string]));
  expect(variables.get('CODEBUILD_BUILD_ID')).toBe(id);
  expect(variables.get('CODEBUILD_BUILD_NUMBER')).toBe('1');
  expect(variables.get('CODEBUILD_BUILD_ARN')).toBe(build.arn);
  expect(variables.get('CODEBUILD_INITIATOR')).toBe('root');
  expect(variables.get('CODEBUILD_BUILD_IMAGE')).toBe('aws/codebuild/standard:7.0');
  expect(variables.get('AWS_REGION')).toBe('us-east-1');
  expect(variables.get('AWS_ENDPOINT_URL')).toBe(house.kernel.endpoint());
  expect(variables.get('AWS_ACCESS_KEY_ID')).toMatch(/^ASIA/);
  expect(variables.get('AWS_SECRET_ACCESS_KEY')).toBe('***');
  expect((await house.log(build)).join('\n')).toContain('is substituted by the sandbox of this server');
  await house.kernel.tasks.idle();
  expect(await house.kernel.sandbox.known(`build-${id.split(':')[1]}`)).toBe(false);
});

test('a failing command fails its phase, in words, and the bus is told', async () => {
  await house.makeProject('failing', {
    version: 0.2,
    phases: { build: { commands: ['echo before', 'sh -c "exit 3"'] } },
  });
  const build = await house.ended(await house.start('failing'));
  expect(build.buildStatus).toBe('FAILED');
  expect(build.phases?.find((phase) => phase.phaseType === 'BUILD')).toMatchObject({
    phaseStatus: 'FAILED',
    contexts: [
      {
        statusCode: 'COMMAND_EXECUTION_ERROR',
        message: 'Error while executing command: sh -c "exit 3". Reason: exit status 3',
      },
    ],
  });
  await house.kernel.tasks.idle();
  const own = house.events.filter((event) => event.resources[0] === build.arn);
  const states = own.filter((event) => event.detailType === 'CodeBuild Build State Change');
  expect(states.map((event) => (event.detail as Record<string, unknown>)['build-status'])).toEqual([
    'IN_PROGRESS',
    'FAILED',
  ]);
  expect(states[1]).toMatchObject({
    source: 'aws.codebuild',
    detail: {
      'project-name': 'failing',
      'build-id': build.arn,
      'current-phase': 'COMPLETED',
      version: '1',
      'additional-information': {
        'build-complete': true,
        initiator: 'root',
        logs: { 'group-name': '/aws/codebuild/failing' },
        environment: { image: 'aws/codebuild/standard:7.0', 'compute-type': 'BUILD_GENERAL1_SMALL' },
      },
    },
  });
  const phases = own.filter((event) => event.detailType === 'CodeBuild Build Phase Change');
  expect(phases.map((event) => (event.detail as Record<string, unknown>)['completed-phase'])).toEqual([
    'SUBMITTED',
    'QUEUED',
    'PROVISIONING',
    'DOWNLOAD_SOURCE',
    'INSTALL',
    'PRE_BUILD',
    'BUILD',
    'POST_BUILD',
    'UPLOAD_ARTIFACTS',
    'FINALIZING',
  ]);
});

describe('pipelines', () => {
  test('sources go in, artifacts and exported variables come out, the asker is told', async () => {
    await house.makeProject('piped', undefined, {
      source: { type: 'CODEPIPELINE' },
      artifacts: { type: 'CODEPIPELINE' },
    });
    await house.putZip('store', 'in/app.zip', {
      'buildspec.yml': `version: 0.2
env: {exported-variables: [VERSION]}
phases:
  build:
    on-failure: RETRY
    commands:
      - export VERSION=7
      - ./make.sh > out/result.txt
      - cat "$CODEBUILD_SRC_DIR_Config/config.txt" >> out/result.txt
artifacts:
  base-directory: out
  files: ['**/*']
`,
      'make.sh': '#!/bin/sh\necho "$CODEBUILD_RESOLVED_SOURCE_VERSION $STAGE"\n',
      'out/.keep': '',
    });
    await house.putZip('store', 'in/config.zip', { 'config.txt': 'config\n' });
    const request = {
      key: 'action-1',
      projectName: 'piped',
      initiator: 'codepipeline/p',
      sources: [
        { name: 'App', bucket: 'store', key: 'in/app.zip' },
        { name: 'Config', bucket: 'store', key: 'in/config.zip' },
      ],
      primarySource: 'App',
      outputs: [{ name: 'Built', bucket: 'store', key: 'out/built.zip' }],
      environmentVariables: [{ name: 'STAGE', value: 'beta', type: 'PLAINTEXT' as const }],
      resolvedSourceVersion: 'c0ffee',
      replyTo: { to: { kind: 'test.asker', id: 'one' }, token: 't1' },
    };
    const { buildId } = await house.room.startBuild(TEST_SCOPE, request);
    expect(await house.room.startBuild(TEST_SCOPE, request)).toEqual({ buildId });
    const build = await house.ended(buildId);
    expect(build, JSON.stringify(build.phases)).toMatchObject({
      buildStatus: 'SUCCEEDED',
      initiator: 'codepipeline/p',
      resolvedSourceVersion: 'c0ffee',
    });
    expect(house.replies).toEqual([
      {
        kind: 'reply',
        token: 't1',
        outcome: 'succeeded',
        externalId: buildId,
        summary: 'Build #1 succeeded',
        outputs: { VERSION: '7' },
      },
    ]);
    expect(await house.log(build)).toContain(
      '[Container] on-failure: RETRY has no effect: the pipeline that asked for this build retries its actions itself.',
    );
    expect((await house.getBytes('store', 'out/built.zip')).toString('latin1')).toContain('result.txt');
  });
});
