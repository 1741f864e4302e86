import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ListBuildsForProjectCommand } from '@aws-sdk/client-codebuild';
import { DeletePipelineCommand, StartPipelineExecutionCommand } from '@aws-sdk/client-codepipeline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  approval,
  build,
  openPipelineLab,
  type PipelineLab,
  sourceStage,
} from '../../testkit/codepipeline/pipeline-lab.ts';
import { openWantedDatabase } from '../../testkit/support/wanted-database.ts';
import { launcher, runCli, startCli } from './cli.ts';

const run = promisify(execFile);
const AWS = '/usr/bin/aws';

let lab: PipelineLab;
let first: string;
beforeAll(async () => {
  lab = await openPipelineLab();
  await lab.createRepository('app');
  await lab.push('app', { 'a.txt': 'a' });
  await lab.createProject(
    'pass',
    'version: 0.2\nphases: {build: {commands: ["echo one", "echo two", "echo three"]}}\n',
  );
  first = await lab.createPipeline('ship', [
    sourceStage('app', {
      configuration: { RepositoryName: 'app', BranchName: 'main', PollForSourceChanges: 'false' },
    }),
    { name: 'Build', actions: [build('Compile', 'pass')] },
    { name: 'Gate', actions: [approval('Promote')] },
  ]);
});
afterAll(() => lab[Symbol.asyncDispose]());

interface Report {
  readonly checks: readonly { readonly name: string; readonly state: string }[];
  readonly sizes: readonly { readonly name: string; readonly bytes: number }[];
}

const cli = (...args: string[]) => runCli(args, lab.server.env);
const waiting = () =>
  lab.until(async () => (await lab.stage('ship', 'Gate'))?.actionStates?.[0]?.latestExecution?.token);

test('I9: status, approve and status --watch follow one execution', async () => {
  await waiting();
  const overview = await cli('status');
  expect(overview.code).toBe(0);
  expect(overview.stdout).toMatch(/ship\s+InProgress/);
  const json = JSON.parse((await cli('status', '--json')).stdout) as { pipelines: { name: string }[] };
  expect(json.pipelines.map(({ name }) => name)).toEqual(['ship']);
  const one = await cli('status', 'ship');
  expect(one.stdout).toMatch(/Build\s+Compile\s+Succeeded/);
  expect(one.stdout).toMatch(/Gate\s+Promote\s+InProgress/);

  const watch = startCli(['status', 'ship', '--watch'], lab.server.env);
  await new Promise((resolve) => watch.child.stdout?.once('data', resolve));
  const approved = await cli('approve', 'ship', '-m', 'looks right', '--json');
  expect(JSON.parse(approved.stdout)).toEqual({
    pipeline: 'ship',
    executionId: first,
    stageName: 'Gate',
    actionName: 'Promote',
    status: 'Approved',
  });
  const watched = await watch.ended;
  expect(watched.code).toBe(0);
  expect(watched.stdout).toContain('Gate/Promote');
  expect(watched.stdout).toContain('ship: Succeeded');
  const action = (await lab.actions('ship', first)).find(({ actionName }) => actionName === 'Promote');
  expect(action?.output?.executionResult?.externalExecutionSummary).toBe('looks right');
  expect(await cli('approve', 'ship')).toMatchObject({ code: 1 });
});

test('I9: approve takes the one execution that is named, also of a PARALLEL pipeline', async () => {
  const one = await lab.createPipeline(
    'wide',
    [sourceStage('app'), { name: 'Gate', actions: [approval('Go')] }],
    {
      executionMode: 'PARALLEL',
    },
  );
  const { pipelineExecutionId: two = '' } = await lab.pipelines.send(
    new StartPipelineExecutionCommand({ name: 'wide' }),
  );
  for (const id of [one, two]) {
    await lab.until(
      async () =>
        (await lab.actions('wide', id)).find(
          ({ actionName, status }) => actionName === 'Go' && status === 'InProgress',
        )?.output?.executionResult?.externalExecutionId,
    );
  }
  const unclear = await cli('approve', 'wide');
  expect(unclear.code).toBe(2);
  for (const id of [one, two]) expect(unclear.stderr).toContain(`--stage Gate --execution ${id}`);
  expect((await cli('approve', 'wide', '--execution', two)).code).toBe(0);
  await lab.ended('wide', two, 'Succeeded');
  expect((await cli('approve', 'wide', '--reject')).code).toBe(0);
  await lab.ended('wide', one, 'Failed');
  await lab.pipelines.send(new DeletePipelineCommand({ name: 'wide' }));
});

test('I9: a rejection fails the execution, and status says so with its exit code', async () => {
  await lab.pipelines.send(new StartPipelineExecutionCommand({ name: 'ship' }));
  await waiting();
  expect((await cli('approve', 'ship', '--reject', '-m', 'too risky')).code).toBe(0);
  const failed = await cli('status', 'ship', '--watch');
  expect(failed.code).toBe(1);
  const told = await cli('status', 'ship');
  expect(told.code).toBe(1);
  expect(told.stdout).toContain('too risky');
});

test('I9: logs shows a build, follows it to its end and takes its exit code', async () => {
  const { ids = [] } = await lab.builds.send(
    new ListBuildsForProjectCommand({ projectName: 'pass', sortOrder: 'ASCENDING' }),
  );
  for (const subject of ['ship', 'pass', ids[0] as string]) {
    const shown = await cli('logs', subject);
    expect(shown.code).toBe(0);
    expect(shown.stdout).toMatch(/one\n[^]*two\n[^]*three\n/);
  }
  expect((await cli('logs', 'pass', '-n', '2')).stdout.trimEnd().split('\n')).toHaveLength(2);
  expect(await cli('logs', 'pass', '-f')).toMatchObject({ code: 0 });
  const { StartBuildCommand } = await import('@aws-sdk/client-codebuild');
  await lab.createProject('broken', 'unused', {
    source: {
      type: 'NO_SOURCE',
      buildspec: 'version: 0.2\nphases: {build: {commands: ["echo so far", "exit 7"]}}\n',
    },
    artifacts: { type: 'NO_ARTIFACTS' },
  });
  await lab.builds.send(new StartBuildCommand({ projectName: 'broken' }));
  const followed = await cli('logs', 'broken', '--follow');
  expect(followed.code).toBe(1);
  expect(followed.stdout).toContain('so far');
  expect(await cli('logs', 'nothing-of-this-name')).toMatchObject({ code: 1, stdout: '' });
  expect(await cli('logs', 'pass', '-n', 'x')).toMatchObject({ code: 2 });
});

test('I9: env sets up a shell for the aws CLI, also one that ignores AWS_ENDPOINT_URL', async () => {
  const script = `eval "$(node ${launcher} env --data "$DATA")" && PATH=${AWS.replace(/\/aws$/, '')}:$PATH &&
    aws codepipeline list-pipelines --query 'pipelines[].name' --output text`;
  const { HOME, PATH } = lab.server.env;
  const env = { HOME, PATH: `${join(process.execPath, '..')}:${PATH}`, DATA: lab.server.dataDir };
  const { stdout } = await run('bash', ['-c', script], { env });
  expect(stdout).toBe('ship\n');
  // A script that is called from there, and a shell that has no way to hand functions on.
  const inScript = script.replace('aws codepipeline', `bash -c 'aws "$@"' bash codepipeline`);
  expect((await run('bash', ['-c', inScript], { env })).stdout).toBe('ship\n');
  expect((await run('sh', ['-c', script], { env })).stdout).toBe('ship\n');
  const json = JSON.parse(
    (await runCli(['env', '--json', '--data', lab.server.dataDir], { PATH, HOME })).stdout,
  );
  expect(json).toMatchObject({ AWS_ENDPOINT_URL: lab.server.endpoint, AWS_REGION: 'us-east-1' });
  expect((await cli('env', '--shell', 'fish')).stdout).toContain(
    `set -gx AWS_ENDPOINT_URL ${lab.server.endpoint};`,
  );
  expect(await cli('env', '--shell', 'tcsh')).toMatchObject({ code: 2, stdout: '' });
});

test('I9: console prints a link that signs in once', async () => {
  const { code, stdout } = await cli('console');
  expect(code).toBe(0);
  expect(stdout.trim()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/_pipewright\/console\/#token=\S+$/);
  const body = JSON.stringify({ token: stdout.trim().split('#token=')[1] });
  const headers = { 'x-pipewright': '1', 'content-type': 'application/json' };
  const signIn = () => fetch(`${lab.server.endpoint}/_pipewright/session`, { method: 'POST', headers, body });
  expect([(await signIn()).ok, (await signIn()).ok]).toEqual([true, false]);
});

test('I9: doctor says what is there and what is missing, and makes nothing', async () => {
  const { HOME = '', PATH } = lab.server.env;
  const untouched = join(HOME, 'not-made');
  const well = await runCli(['doctor', '--json', '--data', untouched], { PATH, HOME });
  expect(well.code).toBe(0);
  expect(existsSync(untouched)).toBe(false);
  const { checks } = JSON.parse(well.stdout) as Report;
  expect(checks.filter(({ state }) => state === 'missing')).toEqual([]);
  const tools = join(HOME, 'few-tools');
  mkdirSync(tools);
  symlinkSync('/bin/bash', join(tools, 'bash'));
  const poor = await runCli(['doctor', '--data', untouched], { PATH: tools, HOME });
  expect(poor.code).toBe(1);
  expect(poor.stdout).toMatch(/git\s+missing.*apt install git/);
});

test('I9: doctor looks at the database that the settings name', async () => {
  const { HOME, PATH } = lab.server.env;
  const database = await openWantedDatabase('postgres');
  try {
    const well = await runCli(['doctor', '--json'], { HOME, PATH, ...database.env });
    const { checks, sizes } = JSON.parse(well.stdout) as Report;
    expect(checks).toContainEqual(expect.objectContaining({ name: 'PostgreSQL', state: 'ok' }));
    expect(sizes.find(({ name }) => name === 'database')?.bytes).toBeGreaterThan(100_000);
  } finally {
    await database.drop();
  }
  const gone = await runCli(['doctor'], { HOME, PATH, DATABASE_URL: 'postgres://me:secret@127.0.0.1:1/x' });
  expect(gone.code).toBe(1);
  expect(gone.stdout).toMatch(/PostgreSQL\s+missing\s+127\.0\.0\.1:1\/x/);
  expect(gone.stdout).not.toContain('secret');
});

test('I9: what cannot be done is said in one line', async () => {
  const { HOME = '', PATH } = lab.server.env;
  const none = await runCli(['status', '--data', join(HOME, 'nothing')], { PATH, HOME });
  expect(none).toMatchObject({ code: 1, stdout: '' });
  expect(none.stderr).toMatch(/^pipewright: no server has run on \S+\. Start one/);
  const unknown = await cli('status', 'no-such-pipeline');
  expect(unknown.code).toBe(1);
  expect(unknown.stderr).toMatch(/^pipewright: PipelineNotFoundException: .*no-such-pipeline.*\n$/);
});
