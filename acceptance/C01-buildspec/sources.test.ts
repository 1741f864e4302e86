import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Build } from '@aws-sdk/client-codebuild';
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
import { afterAll, beforeAll, expect, test } from 'vitest';
import { gitUser } from '../../testkit/support/git-server.ts';
import { type BuildServer, openBuildServer, unzipObject, zipOf } from './build-client.ts';

let server: BuildServer;
beforeAll(async () => {
  server = await openBuildServer();
  await server.s3.send(new CreateBucketCommand({ Bucket: 'builds' }));
});
afterAll(() => server[Symbol.asyncDispose]());

const phase = (build: Build, type: string) => build.phases?.find((each) => each.phaseType === type);

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
  await server.makeProject('many-sources', {
    version: 0.2,
    phases: {
      build: {
        commands: [
          'git -C "$CODEBUILD_SRC_DIR_lib" rev-parse HEAD',
          'echo "$CODEBUILD_SOURCE_VERSION_lib $CODEBUILD_SOURCE_REPO_URL_lib"',
        ],
      },
    },
  });
  const newest = await server.run('from-git');
  expect(newest.resolvedSourceVersion).toBe(second);
  expect(await server.output(newest)).toEqual(['two', second]);
  const versions = [first, 'main', 'refs/heads/main', `refs/heads/main^{${first}}`];
  await Promise.all(
    versions.map(async (sourceVersion) => {
      const build = await server.run('from-git', { sourceVersion });
      expect(build.sourceVersion).toBe(sourceVersion);
      expect(build.resolvedSourceVersion).toBe(sourceVersion.includes(first) ? first : second);
    }),
  );
  // C1.12, C1.15: it is a clone at that commit, with all its history unless a depth up to 25 is asked for.
  const look = JSON.stringify({
    version: 0.2,
    phases: {
      build: {
        commands: [
          'git rev-parse HEAD; git rev-list --count HEAD; git status --porcelain; git remote get-url origin',
          'echo "$CODEBUILD_RESOLVED_SOURCE_VERSION $CODEBUILD_SOURCE_VERSION $CODEBUILD_SOURCE_REPO_URL"',
          'git log -1 --format=%an origin/main || echo no other branch',
        ],
      },
    },
  });
  const origin = repositoryMetadata?.cloneUrlHttp;
  const clones = [
    ['main', 26, second, '2'],
    ['main', 1, second, '1'],
    [first, undefined, first, '1'],
  ] as const;
  await Promise.all(
    clones.map(async ([sourceVersion, gitCloneDepthOverride, commit, count]) => {
      const start = { sourceVersion, gitCloneDepthOverride, buildspecOverride: look };
      const output = await server.output(await server.run('from-git', start));
      expect(output.slice(0, 4)).toEqual([commit, count, origin, `${commit} ${sourceVersion} ${origin}`]);
      expect(output.at(-1)).toBe(gitCloneDepthOverride === 1 ? 'no other branch' : 'Ada');
    }),
  );
  // C1.11: so is another source, at its own version.
  const besides = await server.run('many-sources', {
    secondarySourcesOverride: [{ type: 'CODECOMMIT', location: origin, sourceIdentifier: 'lib' }],
    secondarySourcesVersionOverride: [{ sourceIdentifier: 'lib', sourceVersion: first }],
  });
  expect(await server.output(besides)).toEqual([first, `${first} ${origin}`]);
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
  await codecommit.send(new CreateRepositoryCommand({ repositoryName: 'empty' }));
  const at = (name: string) => ({ sourceLocationOverride: origin?.replace(/app$/, name) });
  const wrong = [
    [{ sourceVersion: 'no-such-branch' }, 'the repository app has no branch, tag or commit no-such-branch'],
    [at('empty'), 'the repository empty has no commits on its default branch'],
    [at('nowhere'), 'cannot be cloned: RepositoryDoesNotExistException: nowhere does not exist'],
    [{ sourceLocationOverride: 'https://git.example/app.git' }, 'is not the URL of a CodeCommit repository'],
  ] as const;
  await Promise.all(
    wrong.map(async ([start, message]) => {
      expect(phase(await server.run('from-git', start), 'DOWNLOAD_SOURCE')).toMatchObject({
        phaseStatus: 'FAILED',
        contexts: [{ message: expect.stringContaining(message) }],
      });
    }),
  );
  rmSync(user.home, { recursive: true, force: true, maxRetries: 20 });
});

test('C1.7: a start names its buildspec as text, as a path of the source or as an object', async () => {
  const spec = (word: string) => `version: 0.2\nphases: {build: {commands: ["echo ${word}"]}}\n`;
  const files = {
    'buildspec.yml': spec('root'),
    'buildspec-build.yml': spec('beside'),
    'buildspecs/deploy.yml': spec('deeper'),
  };
  await server.s3.send(
    new PutObjectCommand({ Bucket: 'builds', Key: 'forms.zip', Body: await zipOf(files) }),
  );
  await server.s3.send(
    new PutObjectCommand({ Bucket: 'builds', Key: 'specs/far.yml', Body: spec('object') }),
  );
  await server.makeProject('forms', undefined, { source: { type: 'S3', location: 'builds/forms.zip' } });
  const good = [
    [undefined, 'root', 'buildspec.yml'],
    ['', 'root', 'buildspec.yml'],
    ['buildspec-build.yml', 'beside', 'buildspec-build.yml'],
    ['buildspecs/deploy.yml', 'deeper', 'buildspecs/deploy.yml'],
    ['$CODEBUILD_SRC_DIR/buildspecs/deploy.yml', 'deeper', '$CODEBUILD_SRC_DIR/buildspecs/deploy.yml'],
    ['arn:aws:s3:::builds/specs/far.yml', 'object', 'arn:aws:s3:::builds/specs/far.yml'],
    [spec('yaml'), 'yaml', 'inline buildspec'],
    ['version: 0.2\nphases:\n  build:\n    commands:\n      - echo block\n', 'block', 'inline buildspec'],
    ['{"version":0.2,"phases":{"build":{"commands":["echo json"]}}}', 'json', 'inline buildspec'],
  ] as const;
  const bad = [
    ['buildspecs/none.yml', 'YAML file does not exist: buildspecs/none.yml'],
    ['arn:aws:s3:::builds/specs/none.yml', 'The buildspec arn:aws:s3:::builds/specs/none.yml cannot be read'],
  ] as const;
  await Promise.all([
    ...good.map(async ([buildspecOverride, word, location]) => {
      const build = await server.run('forms', { buildspecOverride });
      expect(await server.output(build)).toEqual([word]);
      expect((await server.log(build)).join('\n')).toContain(`YAML location is ${location}`);
    }),
    ...bad.map(async ([buildspecOverride, message]) => {
      const build = await server.run('forms', { buildspecOverride });
      expect(phase(build, 'DOWNLOAD_SOURCE')?.contexts?.[0]).toMatchObject({
        statusCode: 'YAML_FILE_ERROR',
        message: expect.stringContaining(message),
      });
    }),
  ]);
  for (const [buildspecOverride, message] of [
    ['../outside.yml', 'must be a path inside the source'],
    ['arn:aws:s3:::builds', 'is not the ARN of an S3 object'],
    ['version: 0.2\nphases: {build: {}}\n', 'buildspec:2:17: error: phase build has no commands'],
  ] as const) {
    await expect(server.start('forms', { buildspecOverride })).rejects.toMatchObject({
      name: 'InvalidInputException',
      message: expect.stringContaining(message),
    });
  }
});

test('several sources and several artifacts (C1.9, C1.11)', async () => {
  for (const [key, files] of [
    ['main.zip', { 'main.txt': 'main' }],
    [
      'lib.zip',
      {
        'lib.txt': 'lib',
        'ci.yml':
          'version: 0.2\nphases: {build: {commands: ["basename $PWD; ls"]}}\nartifacts: {files: ["**/*"]}\n',
      },
    ],
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
            libs: {
              files: ['**/*'],
              'base-directory': 'dist',
              'discard-paths': 'yes',
              's3-prefix': 'v$V',
            },
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
    { artifactIdentifier: 'libs', location: `arn:aws:s3:::builds/v7/${uuid}/libs.zip` },
  ]);
  const { Contents } = await server.s3.send(new ListObjectsV2Command({ Bucket: 'builds', Prefix: 'app-7/' }));
  expect(Contents?.map((object) => object.Key)).toEqual(['app-7/main.txt']);
  expect(await unzipObject(server, 'builds', `v7/${uuid}/libs.zip`)).toEqual({ 'lib.txt': 'lib' });
  // C1.7: the buildspec may lie in another source; the work is done in the primary one.
  const other = await server.run('many', {
    buildspecOverride: '$CODEBUILD_SRC_DIR_lib/ci.yml',
    secondaryArtifactsOverride: [],
  });
  expect(await server.output(other)).toEqual(['src', 'main.txt']);
  const none = await server.run('many', { buildspecOverride: '$CODEBUILD_SRC_DIR_none/ci.yml' });
  expect(phase(none, 'DOWNLOAD_SOURCE')?.contexts?.[0]?.message).toContain(
    'names a source that the build does not have',
  );
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
