import { chmodSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  CodeBuildClient,
  CreateProjectCommand,
  type CreateProjectCommandInput,
} from '@aws-sdk/client-codebuild';
import { CodeCommitClient, CreateRepositoryCommand } from '@aws-sdk/client-codecommit';
import {
  CodePipelineClient,
  CreatePipelineCommand,
  GetPipelineExecutionCommand,
  GetPipelineStateCommand,
  ListActionExecutionsCommand,
  ListPipelineExecutionsCommand,
  type PipelineDeclaration,
  type PipelineExecution,
  type StageDeclaration,
} from '@aws-sdk/client-codepipeline';
import {
  CreateRoleCommand,
  CreateServiceSpecificCredentialCommand,
  CreateUserCommand,
  IAMClient,
} from '@aws-sdk/client-iam';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { gitUser } from '../support/git-server.ts';
import { startTestServer, type TestServer, type TestServerOptions } from '../support/test-server.ts';

export const ARTIFACTS = 'artifact-store';

/**
 * A whole server, clients for everything that pipelines touch, and a role, a bucket and a repository to begin with.
 * Waiting follows the server's own changes; nothing sleeps.
 */
export async function openPipelineLab(options: TestServerOptions = {}) {
  const server = await startTestServer(options);
  try {
    return await furnish(server);
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}

export type PipelineLab = Awaited<ReturnType<typeof openPipelineLab>>;

async function furnish(server: TestServer) {
  const config = { ...server.clientConfig, maxAttempts: 1 };
  const pipelines = new CodePipelineClient(config);
  const builds = new CodeBuildClient(config);
  const repositories = new CodeCommitClient(config);
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  const iam = new IAMClient(config);
  const git = gitUser();
  await iam.send(new CreateUserCommand({ UserName: 'ada' }));
  const { ServiceSpecificCredential: credential } = await iam.send(
    new CreateServiceSpecificCredentialCommand({
      UserName: 'ada',
      ServiceName: 'codecommit.amazonaws.com',
    }),
  );
  const roleFor = async (name: string, service: string) => {
    const policy = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
    };
    const command = new CreateRoleCommand({
      RoleName: name,
      AssumeRolePolicyDocument: JSON.stringify(policy),
    });
    const { Role } = await iam.send(command);
    return Role?.Arn as string;
  };
  const pipelineRole = await roleFor('pipeline', 'codepipeline.amazonaws.com');
  const buildRole = await roleFor('build', 'codebuild.amazonaws.com');
  await s3.send(new CreateBucketCommand({ Bucket: ARTIFACTS }));

  /** Asks again at every change of the server until the answer is there. */
  const until = async <T>(ask: () => Promise<T | undefined | false>): Promise<T> => {
    for (;;) {
      const abort = new AbortController();
      const change = server.kernel.changes.next(() => true, abort.signal);
      try {
        const found = await ask();
        if (found !== undefined && found !== false) return found;
        await change;
      } finally {
        abort.abort();
      }
    }
  };
  const execution = async (pipelineName: string, pipelineExecutionId: string) => {
    const command = new GetPipelineExecutionCommand({ pipelineName, pipelineExecutionId });
    return (await pipelines.send(command)).pipelineExecution as PipelineExecution;
  };
  const executions = async (pipelineName: string) => {
    const command = new ListPipelineExecutionsCommand({ pipelineName });
    return (await pipelines.send(command)).pipelineExecutionSummaries ?? [];
  };
  const stage = async (name: string, stageName: string) => {
    const { stageStates = [] } = await pipelines.send(new GetPipelineStateCommand({ name }));
    return stageStates.find((each) => each.stageName === stageName);
  };
  return {
    server,
    pipelines,
    builds,
    repositories,
    s3,
    roleFor,
    pipelineRole,
    buildRole,
    until,
    execution,
    executions,
    stage,
    ended: (pipelineName: string, id: string, status: string) =>
      until(async () => {
        const found = await execution(pipelineName, id);
        return found.status === status && found;
      }),
    async actions(pipelineName: string, pipelineExecutionId: string) {
      const command = new ListActionExecutionsCommand({ pipelineName, filter: { pipelineExecutionId } });
      return (await pipelines.send(command)).actionExecutionDetails ?? [];
    },
    /** Makes a repository and a working copy of it. */
    async createRepository(repositoryName: string) {
      const command = new CreateRepositoryCommand({ repositoryName });
      const { repositoryMetadata } = await repositories.send(command);
      const url = new URL(repositoryMetadata?.cloneUrlHttp ?? '');
      url.username = encodeURIComponent(credential?.ServiceUserName ?? '');
      url.password = encodeURIComponent(credential?.ServicePassword ?? '');
      git.local('', 'init', '-q', repositoryName);
      git.local(repositoryName, 'remote', 'add', 'origin', url.href);
    },
    /** Where a repository is cloned from, with a user's name and password. */
    originOf: async (repositoryName: string) => git.local(repositoryName, 'remote', 'get-url', 'origin'),
    /** Commits files and pushes them to `main`; answers the commit's id. */
    async push(repositoryName: string, files: Readonly<Record<string, string>>, message?: string) {
      for (const [path, text] of Object.entries(files)) {
        const place = `${repositoryName}/${path}`;
        mkdirSync(git.path(dirname(place)), { recursive: true });
        git.write(place, text);
        if (text.startsWith('#!')) chmodSync(git.path(place), 0o755);
      }
      git.local(repositoryName, 'add', '--all');
      git.local(repositoryName, 'commit', '-q', '-m', message ?? `change ${Object.keys(files).join(', ')}`);
      const { code, output } = await git.git(repositoryName, ['push', 'origin', 'HEAD:main']);
      if (code !== 0) throw new Error(output);
      return git.local(repositoryName, 'rev-parse', 'HEAD');
    },
    createProject: (name: string, buildspec: string, more: Partial<CreateProjectCommandInput> = {}) =>
      builds.send(
        new CreateProjectCommand({
          name,
          source: { type: 'CODEPIPELINE', buildspec },
          artifacts: { type: 'CODEPIPELINE' },
          environment: {
            type: 'LINUX_CONTAINER',
            image: 'aws/codebuild/standard:7.0',
            computeType: 'BUILD_GENERAL1_SMALL',
          },
          serviceRole: buildRole,
          ...more,
        }),
      ),
    async createPipeline(name: string, stages: StageDeclaration[], more: Partial<PipelineDeclaration> = {}) {
      const pipeline: PipelineDeclaration = {
        name,
        roleArn: pipelineRole,
        pipelineType: 'V2',
        artifactStore: { type: 'S3', location: ARTIFACTS },
        stages,
        ...more,
      };
      await pipelines.send(new CreatePipelineCommand({ pipeline }));
      return (await executions(name)).at(-1)?.pipelineExecutionId as string;
    },
    async [Symbol.asyncDispose]() {
      for (const client of [pipelines, builds, repositories, s3, iam]) client.destroy();
      git[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

type Action = NonNullable<StageDeclaration['actions']>[number];

export function sourceStage(repository: string, more: Partial<Action> = {}): StageDeclaration {
  return {
    name: 'Source',
    actions: [
      {
        name: 'Checkout',
        actionTypeId: { category: 'Source', owner: 'AWS', provider: 'CodeCommit', version: '1' },
        configuration: { RepositoryName: repository, BranchName: 'main' },
        outputArtifacts: [{ name: 'Code' }],
        namespace: 'Src',
        ...more,
      },
    ],
  };
}

export function build(name: string, project: string, more: Partial<Action> = {}): Action {
  return {
    name,
    actionTypeId: { category: 'Build', owner: 'AWS', provider: 'CodeBuild', version: '1' },
    configuration: { ProjectName: project },
    inputArtifacts: [{ name: 'Code' }],
    ...more,
  };
}

export function deployment(
  name: string,
  application: string,
  group: string,
  more: Partial<Action> = {},
): Action {
  return {
    name,
    actionTypeId: { category: 'Deploy', owner: 'AWS', provider: 'CodeDeploy', version: '1' },
    configuration: { ApplicationName: application, DeploymentGroupName: group },
    inputArtifacts: [{ name: 'Code' }],
    ...more,
  };
}

export function approval(name: string, more: Partial<Action> = {}): Action {
  return {
    name,
    actionTypeId: { category: 'Approval', owner: 'AWS', provider: 'Manual', version: '1' },
    ...more,
  };
}
