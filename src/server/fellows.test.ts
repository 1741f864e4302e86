import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CodeBuildClient, CreateProjectCommand } from '@aws-sdk/client-codebuild';
import {
  CodeCommitClient,
  CreateBranchCommand,
  CreateRepositoryCommand,
  ListBranchesCommand,
  PutFileCommand,
} from '@aws-sdk/client-codecommit';
import {
  CodePipelineClient,
  CreatePipelineCommand,
  GetPipelineStateCommand,
  ListPipelineExecutionsCommand,
  PutApprovalResultCommand,
} from '@aws-sdk/client-codepipeline';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import { build, sourceStage } from '../../testkit/codepipeline/pipeline-lab.ts';
import { processesIn, type RealProcess, startReal, until } from '../../testkit/crash/real-process.ts';
import { createTestDatabase } from '../../testkit/support/test-database.ts';
import { readServerFile } from './data-folder.ts';

/** A server of its own process, and clients that talk to it alone. */
async function startFellow(dataDir: string, databaseUrl: string) {
  const env = { HOME: dataDir, DATABASE_URL: databaseUrl };
  const running = await startReal(['up', '--port', '0', '--data', dataDir], env, 'is ready at');
  const endpoint = /is ready at (\S+)/.exec(running.said())?.[1] as string;
  const { accessKeyId = '', secretAccessKey = '', region = '' } = readServerFile(dataDir) ?? {};
  const config = { endpoint, region, credentials: { accessKeyId, secretAccessKey } };
  return {
    running,
    endpoint,
    iam: new IAMClient(config),
    s3: new S3Client({ ...config, forcePathStyle: true }),
    builds: new CodeBuildClient(config),
    logs: new CloudWatchLogsClient(config),
    repositories: new CodeCommitClient(config),
    pipelines: new CodePipelineClient(config),
  };
}

type Fellow = Awaited<ReturnType<typeof startFellow>>;

/** Answers nobody until it is opened. */
async function openGate() {
  const waiting: ServerResponse[] = [];
  let open = false;
  const server = createServer((_request, response) => {
    if (open) response.end();
    else waiting.push(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    open() {
      open = true;
      for (const response of waiting) response.end();
    },
    close: () => server.closeAllConnections(),
  };
}

async function furnish({ iam, s3, builds, repositories }: Fellow, gate: string): Promise<string> {
  const roleFor = async (RoleName: string, Service: string) => {
    const Statement = [{ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' }];
    const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    return (await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }))).Role
      ?.Arn as string;
  };
  await s3.send(new CreateBucketCommand({ Bucket: 'artifacts' }));
  await repositories.send(new CreateRepositoryCommand({ repositoryName: 'app' }));
  await builds.send(
    new CreateProjectCommand({
      name: 'wait',
      source: {
        type: 'CODEPIPELINE',
        buildspec: `version: 0.2\nphases: {build: {commands: ["echo it runs", "curl -sSf ${gate}", "echo it ends"]}}\n`,
      },
      artifacts: { type: 'CODEPIPELINE' },
      environment: {
        type: 'LINUX_CONTAINER',
        image: 'aws/codebuild/standard:7.0',
        computeType: 'BUILD_GENERAL1_SMALL',
      },
      serviceRole: await roleFor('build', 'codebuild.amazonaws.com'),
    }),
  );
  return roleFor('pipeline', 'codepipeline.amazonaws.com');
}

const approvalStage = {
  name: 'Release',
  actions: [
    {
      name: 'Ask',
      actionTypeId: { category: 'Approval', owner: 'AWS', provider: 'Manual', version: '1' },
    },
  ],
} as const;

async function actionState({ pipelines }: Fellow, stage: string) {
  const { stageStates = [] } = await pipelines.send(new GetPipelineStateCommand({ name: 'shared' }));
  return stageStates.find(({ stageName }) => stageName === stage)?.actionStates?.[0]?.latestExecution;
}

it('two servers share one PostgreSQL and one folder; when one is killed the other takes its work over', async () => {
  const database = await createTestDatabase();
  const home = mkdtempSync(join(tmpdir(), 'pipewright-fellows-'));
  const dataDir = join(home, 'data');
  const gate = await openGate();
  const alive: RealProcess[] = [];
  try {
    const one = await startFellow(dataDir, database.url);
    alive.push(one.running);
    const two = await startFellow(dataDir, database.url);
    alive.push(two.running);
    expect(two.endpoint).not.toBe(one.endpoint);

    const other = startFellow(join(home, 'other'), database.url);
    await expect(other).rejects.toThrow(
      /works on this database with another data folder|is not among the keys/,
    );

    // Refs of one repository moved through both at once.
    const roleArn = await furnish(one, gate.url);
    const file = { repositoryName: 'app', branchName: 'main', filePath: 'a', fileContent: Buffer.from('1') };
    const { commitId } = await two.repositories.send(new PutFileCommand(file));
    const names = Array.from({ length: 8 }, (_, n) => `b${n}`);
    await Promise.all(
      names.map((branchName, n) =>
        (n % 2 === 0 ? one : two).repositories.send(
          new CreateBranchCommand({ repositoryName: 'app', branchName, commitId }),
        ),
      ),
    );
    for (const { repositories } of [one, two]) {
      const { branches } = await repositories.send(new ListBranchesCommand({ repositoryName: 'app' }));
      expect(branches?.toSorted()).toEqual([...names, 'main'].toSorted());
    }

    // Started through one, seen through the other, down to the lines of the build.
    const stages = [sourceStage('app'), { name: 'Build', actions: [build('Wait', 'wait')] }, approvalStage];
    const artifactStore = { type: 'S3', location: 'artifacts' } as const;
    const pipeline = { name: 'shared', roleArn, artifactStore, stages: stages as never };
    await one.pipelines.send(new CreatePipelineCommand({ pipeline }));
    const lines = async (): Promise<(string | undefined)[]> => {
      const wanted = new FilterLogEventsCommand({ logGroupName: '/aws/codebuild/wait' });
      const found = await two.logs.send(wanted).catch(() => undefined);
      return (found?.events ?? []).map(({ message }) => message?.trim());
    };
    await until('the build to run', async () => (await lines()).includes('it runs'));
    expect((await actionState(two, 'Build'))?.status).toBe('InProgress');

    await one.running.kill('SIGKILL');
    gate.open();
    const approval = await until('the approval', async () => {
      const state = await actionState(two, 'Release');
      return state?.token !== undefined && state;
    });
    expect((await lines()).filter((line) => line === 'it runs')).toHaveLength(1);
    expect(await lines()).toContain('it ends');
    await two.pipelines.send(
      new PutApprovalResultCommand({
        pipelineName: 'shared',
        stageName: 'Release',
        actionName: 'Ask',
        token: approval.token as string,
        result: { status: 'Approved', summary: 'seen' },
      }),
    );
    const executions = await until('the end', async () => {
      const answer = await two.pipelines.send(new ListPipelineExecutionsCommand({ pipelineName: 'shared' }));
      const all = answer.pipelineExecutionSummaries ?? [];
      return all.every(({ status }) => status === 'Succeeded') && all;
    });
    expect(executions).toHaveLength(1);

    // Its place is free for another.
    const three = await startFellow(dataDir, database.url);
    alive.push(three.running);
    expect((await actionState(three, 'Release'))?.status).toBe('Succeeded');
  } finally {
    for (const each of alive) await each.kill('SIGTERM');
    gate.close();
    await until('all processes to be gone', () => processesIn([home]).length === 0);
    await database.drop();
    rmSync(home, { recursive: true, force: true, maxRetries: 20 });
  }
}, 300_000);
