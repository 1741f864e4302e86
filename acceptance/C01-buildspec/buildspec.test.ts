import { existsSync } from 'node:fs';
import { type Build, ListCuratedEnvironmentImagesCommand } from '@aws-sdk/client-codebuild';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BuildServer, openBuildServer, unzipObject, zipOf } from './build-client.ts';

let server: BuildServer;
beforeAll(async () => {
  server = await openBuildServer();
  await server.s3.send(new CreateBucketCommand({ Bucket: 'builds' }));
});
afterAll(() => server[Symbol.asyncDispose]());

const phase = (build: Build, type: string) => build.phases?.find((each) => each.phaseType === type);

test('C1-S1: 0.1 gives each command its own shell, 0.2 one for all', async () => {
  const phases = { build: { commands: ['mkdir sub; cd sub', 'basename "$PWD"'] } };
  await server.makeProject('s1-old', { version: 0.1, phases });
  await server.makeProject('s1-new', { version: 0.2, phases });
  expect(await server.output(await server.run('s1-old'))).toEqual(['src']);
  expect(await server.output(await server.run('s1-new'))).toEqual(['sub']);
});

test('C1-S2: "*/*" takes files at the top; reports and artifacts are kept after a failure', async () => {
  await server.makeProject(
    's2',
    {
      version: 0.2,
      phases: {
        build: {
          commands: [
            'mkdir -p scripts && touch appspec.yml .hidden && echo run > scripts/run.sh && chmod +x scripts/run.sh',
            'echo "<testsuite><testcase name=\'t\'/></testsuite>" > junit.xml',
            'exit 1',
          ],
        },
      },
      reports: { unit: { files: ['junit.xml'] } },
      artifacts: { files: ['*/*'] },
    },
    { artifacts: { type: 'S3', location: 'builds', path: 'out', name: 's2.zip', packaging: 'ZIP' } },
  );
  const build = await server.run('s2');
  expect(build.buildStatus).toBe('FAILED');
  expect(phase(build, 'UPLOAD_ARTIFACTS')?.phaseStatus).toBe('SUCCEEDED');
  expect(build.artifacts?.location).toBe('arn:aws:s3:::builds/out/s2.zip');
  expect(build.artifacts?.sha256sum).toMatch(/^[0-9a-f]{64}$/);
  expect(await unzipObject(server, 'builds', 'out/s2.zip')).toEqual({
    '.hidden': '',
    'appspec.yml': '',
    'junit.xml': "<testsuite><testcase name='t'/></testsuite>",
    'scripts/run.sh': 'run*',
  });
  expect(build.reportArns).toHaveLength(1);
});

test('C1.3: on-failure CONTINUE goes on, and the build does not fail for it; ABORT ends it', async () => {
  const failing = (onFailure: string) => ({
    version: 0.2,
    phases: {
      pre_build: { commands: ['exit 3', 'echo never'], 'on-failure': onFailure },
      build: { commands: ['echo build $CODEBUILD_BUILD_SUCCEEDING'] },
    },
  });
  await server.makeProject('go-on', failing('CONTINUE'));
  const build = await server.run('go-on');
  expect(build.buildStatus).toBe('SUCCEEDED');
  expect(phase(build, 'PRE_BUILD')).toMatchObject({
    phaseStatus: 'FAILED',
    contexts: [{ statusCode: 'COMMAND_EXECUTION_ERROR', message: expect.stringContaining('exit 3') }],
  });
  expect(phase(build, 'BUILD')?.phaseStatus).toBe('SUCCEEDED');
  expect(await server.output(build)).toEqual(['build 0']);
  await server.makeProject('abort', failing('ABORT'));
  const aborted = await server.run('abort');
  expect(aborted.buildStatus).toBe('FAILED');
  expect(phase(aborted, 'BUILD')).toBeUndefined();
});

describe('C1-S3', () => {
  test('secrets are not available yet, and the build says which it needs', async () => {
    await server.makeProject('s3-secret', {
      version: 0.2,
      env: { 'secrets-manager': { PASSWORD: 'db/password' }, 'parameter-store': { URL: '/app/url' } },
      phases: { build: { commands: ['echo never'] } },
    });
    const build = await server.run('s3-secret');
    expect(build.buildStatus).toBe('FAILED');
    expect(phase(build, 'DOWNLOAD_SOURCE')?.contexts?.[0]).toMatchObject({
      statusCode: 'SECRETS_NOT_AVAILABLE',
      message: expect.stringContaining('URL (/app/url), PASSWORD (db/password)'),
    });
  });
  test('commands and steps in one phase fail before anything runs, naming the phase (C1.2)', async () => {
    await expect(
      server.makeProject('s3-steps', {
        version: 0.2,
        phases: { build: { commands: ['a'], steps: [{ run: 'b' }] } },
      }),
    ).rejects.toMatchObject({
      name: 'InvalidInputException',
      message: expect.stringContaining('phase build has both commands and steps'),
    });
  });
});

test('every error of a buildspec in the source is told with its place, and nothing runs', async () => {
  const broken = 'version: 0.2\nphases:\n  build:\n    comands: [touch ran]\n  deploy: {commands: [b]}\n';
  await server.s3.send(
    new PutObjectCommand({
      Bucket: 'builds',
      Key: 'broken.zip',
      Body: await zipOf({ 'ci/spec.yml': broken }),
    }),
  );
  await server.makeProject('broken', undefined, {
    source: { type: 'S3', location: 'builds/broken.zip', buildspec: 'ci/spec.yml' },
  });
  const build = await server.run('broken');
  expect(phase(build, 'DOWNLOAD_SOURCE')).toMatchObject({
    phaseStatus: 'FAILED',
    contexts: [
      {
        statusCode: 'YAML_FILE_ERROR',
        message: [
          'The buildspec has 3 errors: ci/spec.yml:4:5: error: unknown key "comands" in phases.build (did you mean "commands"?)',
          'ci/spec.yml:4:5: error: phase build has no commands (add "commands:" with a list)',
          'ci/spec.yml:5:3: error: unknown key "deploy" in phases (known keys: install, pre_build, build, post_build)',
        ].join('\n'),
      },
    ],
  });
  expect(phase(build, 'INSTALL')).toBeUndefined();
  const log = (await server.log(build)).join('\n');
  expect(log).toContain(
    'ci/spec.yml:4:5: error: unknown key "comands" in phases.build (did you mean "commands"?)',
  );
  expect(log).toContain('ci/spec.yml:5:3: error: unknown key "deploy" in phases');
});

test('what is asked for at the start wins over the project, the project over the buildspec (C1.5, C1.12)', async () => {
  const buildspec = {
    version: 0.2,
    env: { variables: { A: 'spec', B: 'spec', C: 'spec' } },
    phases: { build: { commands: ['echo "$A $B $C"'] } },
  };
  await server.makeProject('precedence', buildspec, {
    environment: {
      type: 'LINUX_CONTAINER',
      image: 'aws/codebuild/standard:7.0',
      computeType: 'BUILD_GENERAL1_SMALL',
      environmentVariables: [
        { name: 'B', value: 'project' },
        { name: 'C', value: 'project' },
      ],
    },
  });
  const build = await server.run('precedence', {
    environmentVariablesOverride: [{ name: 'C', value: 'start' }],
  });
  expect(await server.output(build)).toEqual(['spec project start']);
  const other = await server.run('precedence', {
    buildspecOverride: '{"version":0.2,"phases":{"build":{"commands":["echo other"]}}}',
  });
  expect(await server.output(other)).toEqual(['other']);
});

test('commands use the platform with the credentials of the service role (C1.13, C1.17)', async () => {
  await server.makeProject('caller', {
    version: 0.2,
    phases: {
      build: {
        commands: [
          'env | grep -c "^AWS_SESSION_TOKEN=" ',
          'echo "$AWS_ENDPOINT_URL"',
          'echo "$AWS_SECRET_ACCESS_KEY"',
        ],
      },
    },
  });
  expect(await server.output(await server.run('caller'))).toEqual(['1', server.endpoint, '***']);
});

test.skipIf(!existsSync('/usr/bin/aws'))(
  'the aws CLI inside a build is the service role (C1.13)',
  async () => {
    const call =
      '/usr/bin/aws --endpoint-url "$AWS_ENDPOINT_URL" sts get-caller-identity --query Arn --output text';
    await server.makeProject('cli', { version: 0.2, phases: { build: { commands: [call] } } });
    const build = await server.run('cli');
    expect(await server.output(build)).toEqual([
      `arn:aws:sts::111111111111:assumed-role/builder/AWSCodeBuild-${build.id?.split(':')[1]}`,
    ]);
  },
);

test('a role that does not exist, or trusts somebody else, is refused', async () => {
  await expect(
    server.makeProject(
      'no-role',
      { version: 0.2, phases: { build: { commands: ['a'] } } },
      {
        serviceRole: 'arn:aws:iam::111111111111:role/nobody',
      },
    ),
  ).rejects.toMatchObject({
    name: 'InvalidInputException',
    message: expect.stringContaining('sts:AssumeRole'),
  });
});

describe('images (C2.1)', () => {
  test('curated names run on the sandbox with one line that says so', async () => {
    await server.makeProject('curated', { version: 0.2, phases: { build: { commands: ['echo ran'] } } });
    const build = await server.run('curated', {
      imageOverride: 'aws/codebuild/amazonlinux2-x86_64-standard:3.0',
    });
    expect(await server.output(build)).toEqual(['ran']);
    const notes = (await server.log(build)).filter((line) => line.includes('is substituted by the sandbox'));
    expect(notes).toHaveLength(1);
    const { platforms } = await server.codebuild.send(new ListCuratedEnvironmentImagesCommand({}));
    expect(JSON.stringify(platforms)).toContain('aws/codebuild/standard:7.0');
  });
  test('other names fail before the start', async () => {
    await expect(server.start('curated', { imageOverride: 'node:22' })).rejects.toMatchObject({
      name: 'InvalidInputException',
      message: expect.stringContaining('The image node:22 cannot be run'),
    });
  });
});
