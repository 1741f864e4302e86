import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Build, ListCuratedEnvironmentImagesCommand } from '@aws-sdk/client-codebuild';
import { CodeCommitClient, CreateRepositoryCommand } from '@aws-sdk/client-codecommit';
import {
  CreateServiceSpecificCredentialCommand,
  CreateUserCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unpackArchive } from '../../src/kernel/archives/unpack.ts';
import { gitUser } from '../../testkit/support/git-server.ts';
import { type BuildServer, openBuildServer, zipOf } from './build-client.ts';

let server: BuildServer;
let scratch: string;
beforeAll(async () => {
  server = await openBuildServer();
  scratch = mkdtempSync(join(tmpdir(), 'c01-'));
  await server.s3.send(new CreateBucketCommand({ Bucket: 'builds' }));
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(scratch, { recursive: true, force: true, maxRetries: 20 });
});

const phase = (build: Build, type: string) => build.phases?.find((each) => each.phaseType === type);

/** The files of an uploaded zip with their text and mode. */
async function unzip(key: string): Promise<Record<string, string>> {
  const { Body } = await server.s3.send(new GetObjectCommand({ Bucket: 'builds', Key: key }));
  const folder = mkdtempSync(join(scratch, 'zip-'));
  writeFileSync(join(folder, 'a.zip'), await (Body as NonNullable<typeof Body>).transformToByteArray());
  mkdirSync(join(folder, 'out'));
  await unpackArchive(join(folder, 'a.zip'), 'zip', join(folder, 'out'));
  const files: Record<string, string> = {};
  for (const name of await readdir(join(folder, 'out'), { recursive: true })) {
    const path = join(folder, 'out', name);
    if (!statSync(path).isFile()) continue;
    files[name] = `${(await readFile(path, 'utf8')).trim()}${statSync(path).mode & 0o111 ? '*' : ''}`;
  }
  return files;
}

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
  expect(await unzip('out/s2.zip')).toEqual({
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

test('a CodeCommit source is the commit that was asked for', async () => {
  const codecommit = new CodeCommitClient(server.clientConfig);
  const { repositoryMetadata } = await codecommit.send(
    new CreateRepositoryCommand({ repositoryName: 'app' }),
  );
  await server.iam.send(new CreateUserCommand({ UserName: 'ada' }));
  await server.iam.send(
    new PutUserPolicyCommand({
      UserName: 'ada',
      PolicyName: 'all',
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
      }),
    }),
  );
  const { ServiceSpecificCredential: git } = await server.iam.send(
    new CreateServiceSpecificCredentialCommand({ UserName: 'ada', ServiceName: 'codecommit.amazonaws.com' }),
  );
  const user = gitUser();
  const work = join(user.home, 'work');
  mkdirSync(work);
  const ok = async (...args: string[]) => {
    const { code, output } = await user.git('work', args);
    expect(code, output).toBe(0);
    return output.trim();
  };
  await ok('init');
  writeFileSync(
    join(work, 'buildspec.yml'),
    'version: 0.2\nphases: {build: {commands: ["./run.sh", "echo $CODEBUILD_RESOLVED_SOURCE_VERSION"]}}\n',
  );
  writeFileSync(join(work, 'run.sh'), '#!/bin/sh\necho one\n', { mode: 0o755 });
  await ok('add', '.');
  await ok('commit', '-m', 'one');
  const first = await ok('rev-parse', 'HEAD');
  writeFileSync(join(work, 'run.sh'), '#!/bin/sh\necho two\n', { mode: 0o755 });
  await ok('commit', '-am', 'two');
  const second = await ok('rev-parse', 'HEAD');
  const url = new URL(repositoryMetadata?.cloneUrlHttp as string);
  url.username = encodeURIComponent(git?.ServiceUserName as string);
  url.password = encodeURIComponent(git?.ServicePassword as string);
  await ok('push', url.href, 'HEAD:main');
  await server.makeProject('from-git', undefined, {
    source: { type: 'CODECOMMIT', location: repositoryMetadata?.cloneUrlHttp },
  });
  const newest = await server.run('from-git');
  expect(newest.resolvedSourceVersion).toBe(second);
  expect(await server.output(newest)).toEqual(['two', second]);
  for (const sourceVersion of [first, 'main', 'refs/heads/main']) {
    const build = await server.run('from-git', { sourceVersion });
    expect(build.resolvedSourceVersion).toBe(sourceVersion === first ? first : second);
  }
  // C1.12: with a depth there is history.
  const history =
    '{"version":0.2,"phases":{"build":{"commands":["git rev-list --count HEAD; git rev-parse HEAD"]}}}';
  const cloned = await server.run('from-git', { gitCloneDepthOverride: 0, buildspecOverride: history });
  expect(await server.output(cloned)).toEqual(['2', second]);
  // C1.5: git in the build is the service role.
  const gitting = {
    version: 0.2,
    env: { 'git-credential-helper': 'yes' },
    phases: {
      build: {
        commands: [
          `git clone -q ${repositoryMetadata?.cloneUrlHttp} copy 2>&1`,
          'git -C copy rev-parse origin/main',
        ],
      },
    },
  };
  if (existsSync('/usr/bin/aws')) {
    await server.makeProject('gitting', gitting);
    expect(await server.output(await server.run('gitting'))).toEqual([second]);
  }
  const missing = await server.run('from-git', { sourceVersion: 'no-such-branch' });
  expect(phase(missing, 'DOWNLOAD_SOURCE')?.contexts?.[0]?.message).toContain(
    'no branch, tag or commit no-such-branch',
  );
  rmSync(user.home, { recursive: true, force: true, maxRetries: 20 });
});

test('several sources and several artifacts (C1.9, C1.11)', async () => {
  for (const [key, files] of [
    ['main.zip', { 'main.txt': 'main' }],
    ['lib.zip', { 'lib.txt': 'lib' }],
  ] as const) {
    await server.s3.send(new PutObjectCommand({ Bucket: 'builds', Key: key, Body: await zipOf(files) }));
  }
  await server.makeProject('many', undefined, {
    source: {
      type: 'S3',
      location: 'builds/main.zip',
      buildspec: JSON.stringify({
        version: 0.2,
        phases: {
          build: {
            commands: ['mkdir -p dist/deep', 'cp "$CODEBUILD_SRC_DIR_lib/lib.txt" dist/deep/', 'export V=7'],
          },
        },
        artifacts: {
          files: ['main.txt'],
          name: 'app-$V',
          'secondary-artifacts': {
            libs: { files: ['**/*'], 'base-directory': 'dist', 'discard-paths': 'yes' },
          },
        },
      }),
    },
    secondarySources: [{ type: 'S3', location: 'builds/lib.zip', sourceIdentifier: 'lib' }],
    artifacts: { type: 'S3', location: 'builds', packaging: 'NONE', overrideArtifactName: true },
    secondaryArtifacts: [
      {
        type: 'S3',
        location: 'builds',
        artifactIdentifier: 'libs',
        packaging: 'ZIP',
        namespaceType: 'BUILD_ID',
        name: 'libs.zip',
      },
    ],
  });
  const build = await server.run('many');
  expect(build.buildStatus, JSON.stringify(build.phases)).toBe('SUCCEEDED');
  const uuid = build.id?.split(':')[1];
  expect(build.artifacts?.location).toBe('arn:aws:s3:::builds/app-7');
  expect(build.secondaryArtifacts).toMatchObject([
    { artifactIdentifier: 'libs', location: `arn:aws:s3:::builds/${uuid}/libs.zip` },
  ]);
  const { Contents } = await server.s3.send(new ListObjectsV2Command({ Bucket: 'builds', Prefix: 'app-7/' }));
  expect(Contents?.map((object) => object.Key)).toEqual(['app-7/main.txt']);
  expect(await unzip(`${uuid}/libs.zip`)).toEqual({ 'lib.txt': 'lib' });
});

test('artifacts never leave the source: a link out of it fails the upload', async () => {
  await server.makeProject(
    'leaving',
    {
      version: 0.2,
      phases: { build: { commands: ['ln -s /etc/passwd stolen', 'touch fine'] } },
      artifacts: { files: ['**/*'] },
    },
    { artifacts: { type: 'S3', location: 'builds', name: 'leaving.zip', packaging: 'ZIP' } },
  );
  const build = await server.run('leaving');
  expect(build.buildStatus).toBe('FAILED');
  expect(phase(build, 'UPLOAD_ARTIFACTS')?.contexts?.[0]?.message).toContain('the link stolen leads out');
  await expect(
    server.s3.send(new GetObjectCommand({ Bucket: 'builds', Key: 'leaving.zip' })),
  ).rejects.toMatchObject({ name: 'NoSuchKey' });
});

test('a source zip that climbs out is refused', async () => {
  const evil = (await zipOf({ '__/evil': 'x', 'buildspec.yml': 'version: 0.2' })).toString('latin1');
  await server.s3.send(
    new PutObjectCommand({
      Bucket: 'builds',
      Key: 'evil.zip',
      Body: Buffer.from(evil.replaceAll('__', '..'), 'latin1'),
    }),
  );
  await server.makeProject('evil', undefined, { source: { type: 'S3', location: 'builds/evil.zip' } });
  const build = await server.run('evil');
  expect(phase(build, 'DOWNLOAD_SOURCE')).toMatchObject({
    phaseStatus: 'FAILED',
    contexts: [{ message: expect.stringContaining('is not a usable zip') }],
  });
});
