import { names } from '../../src/cli/demo/names.ts';
import { pipelineDeclaration } from '../../src/cli/demo/pipeline.ts';
import type { Kernel } from '../../src/kernel/kernel.ts';
import type { Rooms } from '../../src/server/rooms.ts';
import { callOperation, TEST_SCOPE } from '../support/test-context.ts';
import { BUILD_EFFECTS, files } from './bundle.ts';

/** Any operation of any room, by its service's and its own name. */
export type Call = <T = Record<string, unknown>>(
  service: string,
  operation: string,
  input: object,
) => Promise<T>;

export function caller(kernel: Kernel, rooms: Rooms): Call {
  return (service, operation, input) => {
    const room = Object.values(rooms).find((each) => each.operations[service]?.[operation]);
    if (!room) throw new Error(`${service}:${operation} is not built`);
    return callOperation(kernel, room, service, operation, input) as Promise<never>;
  };
}

/** Makes what is missing of everything but the commit. Every life calls it. */
export async function ensureResources(call: Call, rooms: Rooms, buildEffects: string): Promise<void> {
  await rooms.iam.ensureAccount(TEST_SCOPE.account);
  const roleArn = await ensureRole(call);
  await once(call('codecommit', 'CreateRepository', { repositoryName: names.repository }));
  await rooms.s3.ensureBucket(TEST_SCOPE, names.bucket, { versioned: true });
  await once(
    call('codebuild', 'CreateProject', {
      name: names.project,
      source: { type: 'CODEPIPELINE' },
      artifacts: { type: 'CODEPIPELINE' },
      environment: {
        type: 'LINUX_CONTAINER',
        image: 'aws/codebuild/amazonlinux2-x86_64-standard:5.0',
        computeType: 'BUILD_GENERAL1_SMALL',
        environmentVariables: [{ name: BUILD_EFFECTS, value: buildEffects }],
      },
      serviceRole: roleArn,
    }),
  );
  const application = { applicationName: names.application, computePlatform: 'Server' };
  await once(call('codedeploy', 'CreateApplication', application));
  await once(
    call('codedeploy', 'CreateDeploymentGroup', {
      applicationName: names.application,
      deploymentGroupName: names.group,
      serviceRoleArn: roleArn,
      onPremisesInstanceTagFilters: [{ ...names.tag, Type: 'KEY_AND_VALUE' }],
    }),
  );
  await once(call('codepipeline', 'CreatePipeline', { pipeline: pipelineDeclaration(roleArn) }));
}

/** Commits the files unless the branch is there. */
export async function ensureCommit(call: Call): Promise<void> {
  const branch = { repositoryName: names.repository, branchName: names.branch };
  const known = await call('codecommit', 'GetBranch', branch).catch(() => undefined);
  if (known) return;
  const putFiles = files.map(({ filePath, content }) => ({
    filePath,
    fileContent: Buffer.from(content),
    fileMode: filePath.endsWith('.sh') ? 'EXECUTABLE' : 'NORMAL',
  }));
  await call('codecommit', 'CreateCommit', { ...branch, putFiles, commitMessage: 'feat: begin' });
}

async function ensureRole(call: Call): Promise<string> {
  const services = ['codebuild', 'codedeploy', 'codepipeline'].map((name) => `${name}.amazonaws.com`);
  const trust = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: services }, Action: 'sts:AssumeRole' }],
  };
  await once(call('iam', 'CreateRole', { RoleName: 'all', AssumeRolePolicyDocument: JSON.stringify(trust) }));
  const { Role: role } = await call<{ Role: { Arn: string } }>('iam', 'GetRole', { RoleName: 'all' });
  return role.Arn;
}

/** An earlier life has made it. */
async function once(made: Promise<unknown>): Promise<void> {
  await made.catch((error: Error) => {
    if (!/AlreadyExists|NameExists|NameInUse|EntityAlreadyExists/.test(error.name)) throw error;
  });
}
