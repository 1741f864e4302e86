import { CreateProjectCommand } from '@aws-sdk/client-codebuild';
import { CreateRepositoryCommand } from '@aws-sdk/client-codecommit';
import { CreateApplicationCommand, CreateDeploymentGroupCommand } from '@aws-sdk/client-codedeploy';
import { CreatePipelineCommand } from '@aws-sdk/client-codepipeline';
import {
  CreateRoleCommand,
  CreateServiceSpecificCredentialCommand,
  CreateUserCommand,
} from '@aws-sdk/client-iam';
import { CreateBucketCommand, PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import type { DemoClients } from './clients.ts';
import { names } from './names.ts';
import { pipelineDeclaration } from './pipeline.ts';

export interface DemoResources {
  /** With the git user's name and password in it. */
  readonly pushUrl: string;
}

/** Everything but the hosts: repository, roles, bucket, project, application and pipeline. */
export async function createResources(clients: DemoClients): Promise<DemoResources> {
  const { iam, s3, codecommit, codebuild, codedeploy, codepipeline } = clients;
  const [buildRole, deployRole, pipelineRole, pushUrl] = await Promise.all([
    createRole(iam, names.roles.build, 'codebuild'),
    createRole(iam, names.roles.deploy, 'codedeploy'),
    createRole(iam, names.roles.pipeline, 'codepipeline'),
    createRepository(codecommit, iam),
    createBucket(s3),
  ]);
  await Promise.all([
    codebuild.send(
      new CreateProjectCommand({
        name: names.project,
        source: { type: 'CODEPIPELINE' },
        artifacts: { type: 'CODEPIPELINE' },
        environment: {
          type: 'LINUX_CONTAINER',
          image: 'aws/codebuild/amazonlinux2-x86_64-standard:5.0',
          computeType: 'BUILD_GENERAL1_SMALL',
        },
        serviceRole: buildRole,
      }),
    ),
    createDeploymentTarget(codedeploy, deployRole),
  ]);
  await codepipeline.send(new CreatePipelineCommand({ pipeline: pipelineDeclaration(pipelineRole) }));
  return { pushUrl };
}

async function createRole(iam: DemoClients['iam'], name: string, service: string): Promise<string> {
  const trust = {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { Service: `${service}.amazonaws.com` }, Action: 'sts:AssumeRole' },
    ],
  };
  const { Role: role } = await iam.send(
    new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: JSON.stringify(trust) }),
  );
  return role?.Arn ?? '';
}

async function createRepository(
  codecommit: DemoClients['codecommit'],
  iam: DemoClients['iam'],
): Promise<string> {
  const [{ repositoryMetadata: repository }, { ServiceSpecificCredential: credential }] = await Promise.all([
    codecommit.send(
      new CreateRepositoryCommand({
        repositoryName: names.repository,
        repositoryDescription: 'A small web service: what the demo pushes.',
      }),
    ),
    iam.send(new CreateUserCommand({ UserName: names.gitUser })).then(() =>
      iam.send(
        new CreateServiceSpecificCredentialCommand({
          UserName: names.gitUser,
          ServiceName: 'codecommit.amazonaws.com',
        }),
      ),
    ),
  ]);
  const url = new URL(repository?.cloneUrlHttp ?? '');
  url.username = encodeURIComponent(credential?.ServiceUserName ?? '');
  url.password = encodeURIComponent(credential?.ServicePassword ?? '');
  return url.href;
}

async function createBucket(s3: DemoClients['s3']): Promise<void> {
  await s3.send(new CreateBucketCommand({ Bucket: names.bucket }));
  await s3.send(
    new PutBucketVersioningCommand({
      Bucket: names.bucket,
      VersioningConfiguration: { Status: 'Enabled' },
    }),
  );
}

async function createDeploymentTarget(codedeploy: DemoClients['codedeploy'], role: string): Promise<void> {
  await codedeploy.send(
    new CreateApplicationCommand({ applicationName: names.application, computePlatform: 'Server' }),
  );
  await codedeploy.send(
    new CreateDeploymentGroupCommand({
      applicationName: names.application,
      deploymentGroupName: names.group,
      serviceRoleArn: role,
      deploymentConfigName: 'CodeDeployDefault.OneAtATime',
      onPremisesInstanceTagFilters: [{ ...names.tag, Type: 'KEY_AND_VALUE' }],
      autoRollbackConfiguration: { enabled: true, events: ['DEPLOYMENT_FAILURE'] },
    }),
  );
}
