import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CodeDeployClient, CreateApplicationCommand } from '@aws-sdk/client-codedeploy';
import type { ActionDeclaration } from '@aws-sdk/client-codepipeline';
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { ZipFile } from 'yazl';
import { labForSuite } from '../../testkit/codepipeline/lab-suite.ts';
import { build, deployment, sourceStage } from '../../testkit/codepipeline/pipeline-lab.ts';

const lab = labForSuite();

test('B1-S1: two builds of one run order overlap and get both sources; a failed one stops what comes after', async () => {
  await lab.createRepository('app');
  const commit = await lab.push('app', { 'hello.txt': 'hello', 'verdict.txt': 'good' });
  await lab.createProject(
    'package',
    'version: 0.2\nphases: {build: {commands: [echo binary > demo.bin]}}\nartifacts: {files: [demo.bin]}\n',
  );
  // Each waits at the barrier for the other, so they can only end when they run at the same time.
  await using barrier = await openBarrier(2);
  const meet = (...more: string[]) =>
    [
      'version: 0.2',
      'phases:',
      '  build:',
      '    commands:',
      '      - test "$(cat hello.txt)" = hello',
      '      - test "$(cat $CODEBUILD_SRC_DIR_DemoBin/demo.bin)" = binary',
      `      - curl -sSf ${barrier.url}`,
      ...more.map((command) => `      - ${command}`),
      '',
    ].join('\n');
  await lab.createProject('bdd', meet());
  await lab.createProject('robot', meet('grep good verdict.txt'));
  const both = {
    inputArtifacts: [{ name: 'DemoBin' }, { name: 'Code' }],
  };
  const id = await lab.createPipeline('tests', [
    sourceStage('app'),
    { name: 'Build', actions: [build('Package', 'package', { outputArtifacts: [{ name: 'DemoBin' }] })] },
    {
      name: 'Tests',
      actions: [
        build('Bdd', 'bdd', { ...both, configuration: { ProjectName: 'bdd', PrimarySource: 'Code' } }),
        build('Robot', 'robot', { ...both, configuration: { ProjectName: 'robot', PrimarySource: 'Code' } }),
      ],
    },
    { name: 'After', actions: [build('Last', 'package')] },
  ]);
  const first = await lab.ended('tests', id, 'Succeeded');
  expect(first.artifactRevisions).toMatchObject([{ name: 'Code', revisionId: commit }]);
  const [bdd, robot] = ['Bdd', 'Robot'].map((name) =>
    lab.actions('tests', id).then((all) => all.find((each) => each.actionName === name)),
  );
  expect((await bdd)?.input?.inputArtifacts).toEqual((await robot)?.input?.inputArtifacts);

  const bad = await lab.push('app', { 'verdict.txt': 'bad' });
  const second = await lab.until(async () => {
    const [newest] = await lab.executions('tests');
    return newest?.pipelineExecutionId !== id && newest?.status === 'Failed' && newest;
  });
  expect(second.sourceRevisions).toMatchObject([{ actionName: 'Checkout', revisionId: bad }]);
  const after = await lab.actions('tests', second.pipelineExecutionId as string);
  const statuses = Object.fromEntries(after.map((each) => [each.actionName, each.status]));
  expect(statuses).toEqual({
    Checkout: 'Succeeded',
    Package: 'Succeeded',
    Bdd: 'Succeeded',
    Robot: 'Failed',
  });
  expect((await lab.stage('tests', 'Tests'))?.latestExecution?.status).toBe('Failed');
});

test('B2-S1: exported variables travel by namespace; a reference to nothing fails its action by name', async () => {
  await lab.createProject(
    'exports',
    'version: 0.2\nenv: {exported-variables: [IMAGE_TAG]}\nphases: {build: {commands: [export IMAGE_TAG=v7]}}\n',
  );
  await lab.createProject('consumes', 'version: 0.2\nphases: {build: {commands: [test "$TAG" = v7]}}\n');
  const id = await lab.createPipeline('variables', [
    sourceStage('app'),
    { name: 'Build', actions: [build('Export', 'exports', { namespace: 'Build' })] },
    { name: 'Deploy', actions: [consume('Good', '#{Build.IMAGE_TAG}')] },
    { name: 'After', actions: [consume('Bad', '#{Build.NOPE}')] },
  ]);
  const failed = await lab.ended('variables', id, 'Failed');
  expect(failed.statusSummary).toContain('#{Build.NOPE}');
  const found = await lab.actions('variables', id);
  expect(found.find((each) => each.actionName === 'Export')?.output?.outputVariables).toMatchObject({
    IMAGE_TAG: 'v7',
  });
  expect(found.map((each) => [each.actionName, each.status])).toEqual([
    ['Bad', 'Failed'],
    ['Good', 'Succeeded'],
    ['Export', 'Succeeded'],
    ['Checkout', 'Succeeded'],
  ]);
});

test('B2.1, B2.4: a commit message reaches a build as it is, and brings no variable of its own', async () => {
  const message = 'Say "hi"\n\nC:\\temp and a tab\there"},{"name":"EXTRA","value":"planted';
  await lab.createRepository('wordy');
  await lab.push('wordy', { 'expected.txt': message }, message);
  await lab.createProject(
    'reads',
    JSON.stringify({
      version: 0.2,
      phases: {
        build: { commands: ['test "$(printf %s "$MESSAGE")" = "$(cat expected.txt)"', 'test -z "$EXTRA"'] },
      },
    }),
  );
  const variables = [{ name: 'MESSAGE', value: '#{Src.CommitMessage}', type: 'PLAINTEXT' }];
  const reads = build('Read', 'reads', {
    configuration: { ProjectName: 'reads', EnvironmentVariables: JSON.stringify(variables) },
  });
  const id = await lab.createPipeline('wordy', [sourceStage('wordy'), { name: 'Build', actions: [reads] }]);
  const ended = await lab.until(async () => {
    const found = await lab.execution('wordy', id);
    return found.status !== 'InProgress' && found;
  });
  expect(ended).toMatchObject({ status: 'Succeeded' });
});

test('B1-S3: a deployment group that does not exist fails the deploy action naming it, not the creation', async () => {
  await lab.createRepository('site');
  await lab.push('site', { 'index.html': '<h1>one</h1>' });
  const codedeploy = new CodeDeployClient(lab.server.clientConfig);
  await codedeploy.send(new CreateApplicationCommand({ applicationName: 'site', computePlatform: 'Server' }));
  const id = await lab.createPipeline('deploys', [
    sourceStage('site'),
    {
      name: 'Deploy',
      actions: [
        {
          name: 'Ship',
          actionTypeId: { category: 'Deploy', owner: 'AWS', provider: 'CodeDeploy', version: '1' },
          configuration: { ApplicationName: 'site', DeploymentGroupName: 'missing-group' },
          inputArtifacts: [{ name: 'Code' }],
        },
      ],
    },
  ]);
  const failed = await lab.ended('deploys', id, 'Failed');
  expect(failed.statusSummary).toContain('missing-group');
  codedeploy.destroy();
});

test('an S3 source starts at each new version (A3-S1), and an S3 deploy puts the files (B1 providers)', async () => {
  await lab.s3.send(new CreateBucketCommand({ Bucket: 'src-local' }));
  await lab.s3.send(
    new PutBucketVersioningCommand({ Bucket: 'src-local', VersioningConfiguration: { Status: 'Enabled' } }),
  );
  await lab.s3.send(new CreateBucketCommand({ Bucket: 'www' }));
  const first = await lab.createPipeline('static', [
    {
      name: 'Source',
      actions: [
        {
          name: 'Bundle',
          actionTypeId: { category: 'Source', owner: 'AWS', provider: 'S3', version: '1' },
          configuration: { S3Bucket: 'src-local', S3ObjectKey: 'source.zip' },
          outputArtifacts: [{ name: 'Code' }],
        },
      ],
    },
    {
      name: 'Deploy',
      actions: [
        deploy('Files', { Extract: 'true', ObjectKey: 'site', CacheControl: 'max-age=60' }),
        deploy('Archive', { Extract: 'false', ObjectKey: 'site.zip' }),
      ],
    },
  ]);
  const missing = await lab.ended('static', first, 'Failed');
  expect(missing.statusSummary).toMatch(/NoSuchKey.*source\.zip/);
  const { VersionId } = await lab.s3.send(
    new PutObjectCommand({
      Bucket: 'src-local',
      Key: 'source.zip',
      Body: await zipOf({ 'a/index.html': '<p>hi</p>' }),
    }),
  );
  const second = await lab.until(async () => {
    const [newest] = await lab.executions('static');
    return newest?.pipelineExecutionId !== first && newest?.status === 'Succeeded' && newest;
  });
  expect(second.sourceRevisions).toMatchObject([{ actionName: 'Bundle', revisionId: VersionId }]);
  expect(second.trigger?.triggerType).toBe('PollForSourceChanges');
  const page = await lab.s3.send(new GetObjectCommand({ Bucket: 'www', Key: 'site/a/index.html' }));
  expect(page.ContentType).toMatch(/^text\/html/);
  expect(page.CacheControl).toBe('max-age=60');
  expect(await page.Body?.transformToString()).toBe('<p>hi</p>');
  const archive = await lab.s3.send(new GetObjectCommand({ Bucket: 'www', Key: 'site.zip' }));
  expect(archive.ContentType).toBe('application/zip');
});

test('OutputArtifactFormat CODEBUILD_CLONE_REF gives the build a full clone at the commit that started it', async () => {
  await lab.createRepository('history');
  const first = await lab.push('history', { 'a.txt': 'one' });
  const second = await lab.push('history', { 'a.txt': 'two' });
  await lab.createProject(
    'describe',
    [
      'version: 0.2',
      'env: {exported-variables: [HEAD, COMMITS, BRANCHES, ORIGIN, FILE, CLEAN]}',
      'phases:',
      '  build:',
      '    commands:',
      '      - HEAD=$(git rev-parse HEAD)',
      '      - COMMITS=$(git log --format=%H | tr "\\n" " ")',
      '      - BRANCHES=$(git branch --remotes --format="%(refname:short)")',
      '      - ORIGIN=$(git remote get-url origin)',
      '      - FILE=$(cat a.txt)',
      '      - CLEAN=$(git status --porcelain)x',
      '      - test "$HEAD" = "$CODEBUILD_RESOLVED_SOURCE_VERSION"',
      '',
    ].join('\n'),
  );
  const id = await lab.createPipeline('history', [
    sourceStage('history', {
      configuration: {
        RepositoryName: 'history',
        BranchName: 'main',
        OutputArtifactFormat: 'CODEBUILD_CLONE_REF',
      },
    }),
    { name: 'Build', actions: [build('Describe', 'describe')] },
  ]);
  await lab.ended('history', id, 'Succeeded');
  const describe = (await lab.actions('history', id)).find((each) => each.actionName === 'Describe');
  expect(describe?.output?.outputVariables).toMatchObject({
    HEAD: second,
    COMMITS: `${second} ${first} `,
    BRANCHES: 'origin/main',
    ORIGIN: `${lab.server.endpoint}/v1/repos/history`,
    FILE: 'two',
    CLEAN: 'x',
  });
  const elsewhere = lab.createPipeline('clone-elsewhere', [
    sourceStage('history', {
      configuration: {
        RepositoryName: 'history',
        BranchName: 'main',
        OutputArtifactFormat: 'CODEBUILD_CLONE_REF',
      },
    }),
    { name: 'Deploy', actions: [deployment('Ship', 'app', 'fleet')] },
  ]);
  await expect(elsewhere).rejects.toThrow(/is a full clone, which only CodeBuild actions can use/);
});

/** A build that is given a variable as its environment. */
function consume(name: string, variable: string): ActionDeclaration {
  return build(name, 'consumes', {
    configuration: {
      ProjectName: 'consumes',
      EnvironmentVariables: JSON.stringify([{ name: 'TAG', value: variable, type: 'PLAINTEXT' }]),
    },
  });
}

/** Puts the artifact into the bucket `www`. */
function deploy(name: string, configuration: Record<string, string>): ActionDeclaration {
  return {
    name,
    actionTypeId: { category: 'Deploy', owner: 'AWS', provider: 'S3', version: '1' },
    configuration: { BucketName: 'www', ...configuration },
    inputArtifacts: [{ name: 'Code' }],
  };
}

/** An address that answers only when so many are asking at the same time. */
async function openBarrier(count: number) {
  let waiting: ServerResponse[] = [];
  const server = createServer((_, response) => {
    waiting.push(response);
    if (waiting.length < count) return;
    for (const one of waiting) one.end('go');
    waiting = [];
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function zipOf(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, text] of Object.entries(files)) zip.addBuffer(Buffer.from(text), name);
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
