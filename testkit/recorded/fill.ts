import { CodeBuildClient, CreateProjectCommand } from '@aws-sdk/client-codebuild';
import { CodeCommitClient, CreateRepositoryCommand, PutFileCommand } from '@aws-sdk/client-codecommit';
import {
  CodePipelineClient,
  CreatePipelineCommand,
  GetPipelineStateCommand,
  StartPipelineExecutionCommand,
} from '@aws-sdk/client-codepipeline';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { RunningServer } from '../../src/server/server.ts';
import { nextChange } from '../support/next-change.ts';
import { recorded } from './names.ts';

const BUILDSPEC = 'version: 0.2\nphases: {build: {commands: ["echo recorded", "test -f a.txt"]}}\n';

/** What every recorded version holds; what is in flight then must end well in all later ones. */
export async function fillForRecord(server: RunningServer): Promise<void> {
  const client = { endpoint: server.endpoint, region: server.config.region, credentials: server.credentials };
  const iam = new IAMClient(client);
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  const repositories = new CodeCommitClient(client);
  const builds = new CodeBuildClient(client);
  const pipelines = new CodePipelineClient(client);
  const role = async (name: string, service: string) => {
    const statement = { Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' };
    const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    const { Role } = await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument }));
    return Role?.Arn as string;
  };
  const { bucket: Bucket, repository: repositoryName, pipeline: name } = recorded;

  await s3.send(new CreateBucketCommand({ Bucket }));
  await s3.send(new PutObjectCommand({ Bucket, Key: recorded.object, Body: recorded.text }));
  const upload = { Bucket, Key: recorded.upload };
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand(upload));
  await s3.send(new UploadPartCommand({ ...upload, UploadId, PartNumber: 1, Body: recorded.text }));

  await repositories.send(new CreateRepositoryCommand({ repositoryName }));
  const fileContent = Buffer.from(recorded.text);
  const file = { repositoryName, branchName: 'main', filePath: 'a.txt', fileContent };
  await repositories.send(new PutFileCommand(file));

  await builds.send(
    new CreateProjectCommand({
      name: recorded.project,
      source: { type: 'CODEPIPELINE', buildspec: BUILDSPEC },
      artifacts: { type: 'CODEPIPELINE' },
      environment: {
        type: 'LINUX_CONTAINER',
        image: 'aws/codebuild/standard:7.0',
        computeType: 'BUILD_GENERAL1_SMALL',
      },
      serviceRole: await role('build', 'codebuild.amazonaws.com'),
    }),
  );
  const action = (actionName: string, category: 'Source' | 'Build' | 'Approval', provider: string) => ({
    name: actionName,
    actionTypeId: { category, owner: 'AWS', provider, version: '1' } as const,
  });
  const build = (actionName: string) => ({
    ...action(actionName, 'Build', 'CodeBuild'),
    configuration: { ProjectName: recorded.project },
    inputArtifacts: [{ name: 'Code' }],
  });
  await pipelines.send(
    new CreatePipelineCommand({
      pipeline: {
        name,
        roleArn: await role('pipeline', 'codepipeline.amazonaws.com'),
        pipelineType: 'V2',
        executionMode: 'QUEUED',
        artifactStore: { type: 'S3', location: Bucket },
        stages: [
          {
            name: 'Source',
            actions: [
              {
                ...action('Checkout', 'Source', 'CodeCommit'),
                configuration: { RepositoryName: repositoryName, BranchName: 'main' },
                outputArtifacts: [{ name: 'Code' }],
              },
            ],
          },
          { name: 'Test', actions: [build('Try')] },
          { name: 'Gate', actions: [action('Promote', 'Approval', 'Manual')] },
          { name: 'Ship', actions: [build('Ship')] },
        ],
      },
    }),
  );
  const stage = async (wanted: string) => {
    const { stageStates = [] } = await pipelines.send(new GetPipelineStateCommand({ name }));
    return stageStates.find(({ stageName }) => stageName === wanted);
  };
  const changed = nextChange(server.kernel);
  await changed.until(async () => (await stage('Gate'))?.actionStates?.[0]?.latestExecution?.token);
  // The next one waits before the gate, behind the first.
  await pipelines.send(new StartPipelineExecutionCommand({ name }));
  await changed.until(async () => (await stage('Gate'))?.inboundExecutions?.length);
  await server.kernel.tasks.idle();
  for (const each of [iam, s3, repositories, builds, pipelines]) each.destroy();
}
