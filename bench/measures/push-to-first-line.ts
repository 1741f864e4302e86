import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CodeBuildClient, CreateProjectCommand } from '@aws-sdk/client-codebuild';
import { CodeCommitClient, CreateRepositoryCommand } from '@aws-sdk/client-codecommit';
import { CodePipelineClient, CreatePipelineCommand } from '@aws-sdk/client-codepipeline';
import {
  CreateRoleCommand,
  CreateServiceSpecificCredentialCommand,
  CreateUserCommand,
  IAMClient,
} from '@aws-sdk/client-iam';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { RunningServer } from '../../src/server/server.ts';
import { inFolder } from '../support/folder.ts';
import { figure, type Measure, percentile } from '../support/result.ts';
import { clientConfig, withServer } from '../support/server.ts';

const PUSHES = 12;
const MARK = 'first line of the first command';

/** `git push` has returned → the first line of the buildspec's own first command is stored; beside a post-receive hook. */
export const pushToFirstLine: Measure = {
  name: 'push-to-first-line',
  async run() {
    const ours = await withServer(measureServer);
    const bare = await inFolder(async (dir) => measureHook(dir));
    return [
      figure(
        'git push → first line of the build, p50',
        percentile(ours, 0.5),
        'ms',
        percentile(bare, 0.5),
        '< 200 ms',
      ),
      figure('git push → first line of the build, p90', percentile(ours, 0.9), 'ms', percentile(bare, 0.9)),
    ];
  },
};

async function measureServer(server: RunningServer, dir: string): Promise<number[]> {
  const pushUrl = await createPipeline(server);
  const tree = join(dir, 'tree');
  mkdirSync(tree);
  await git(tree, 'init', '-q', '-b', 'main');
  await git(tree, 'remote', 'add', 'origin', pushUrl);
  const delays: number[] = [];
  const scope = { account: server.config.account, region: server.config.region };
  for (let n = 0; n < PUSHES; n++) {
    writeFileSync(
      join(tree, 'buildspec.yml'),
      `version: 0.2\nphases:\n  build:\n    commands:\n      - echo ${MARK} ${n}\n`,
    );
    await git(tree, 'add', '-A');
    await git(tree, 'commit', '-q', '-m', `commit ${n}`);
    await git(tree, 'push', '-q', 'origin', 'main');
    const returned = Date.now();
    delays.push((await whenStored(server, scope, n)) - returned);
  }
  return delays.slice(2);
}

/** Waits for the line by following every new stream of the project's group. */
async function whenStored(
  server: RunningServer,
  scope: { readonly account: string; readonly region: string },
  n: number,
): Promise<number> {
  const seen = new Set<string>();
  for (;;) {
    const rows = await server.kernel.database.read.query<{ build_id: string }>(
      'select id as build_id from aggregates where account = ? and region = ? and kind = ?',
      [scope.account, scope.region, 'codebuild.build'],
    );
    for (const { build_id: id } of rows) {
      if (seen.has(id)) continue;
      const uuid = id.split(':')[1] ?? '';
      const stream = await server.rooms.logs.findStream(scope, '/aws/codebuild/bench', uuid);
      if (stream === undefined) continue;
      const records = await server.kernel.logs.read(stream, 0, 1000);
      const line = records.find(({ text }) => text === `${MARK} ${n}`);
      if (line) return line.at;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function createPipeline(server: RunningServer): Promise<string> {
  const config = clientConfig(server);
  const iam = new IAMClient(config);
  const role = async (name: string) => {
    const trust = {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { Service: `${name}.amazonaws.com` }, Action: 'sts:AssumeRole' },
      ],
    };
    const made = await iam.send(
      new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: JSON.stringify(trust) }),
    );
    return made.Role?.Arn ?? '';
  };
  await new S3Client({ ...config, forcePathStyle: true }).send(new CreateBucketCommand({ Bucket: 'bench' }));
  const repository = await new CodeCommitClient(config).send(
    new CreateRepositoryCommand({ repositoryName: 'bench' }),
  );
  await new CodeBuildClient(config).send(
    new CreateProjectCommand({
      name: 'bench',
      source: { type: 'CODEPIPELINE' },
      artifacts: { type: 'CODEPIPELINE' },
      environment: {
        type: 'LINUX_CONTAINER',
        image: 'aws/codebuild/standard:7.0',
        computeType: 'BUILD_GENERAL1_SMALL',
      },
      serviceRole: await role('codebuild'),
    }),
  );
  const action = (category: string, provider: string, configuration: Record<string, string>) => ({
    name: provider,
    actionTypeId: { category: category as 'Source', owner: 'AWS' as const, provider, version: '1' },
    configuration,
  });
  await new CodePipelineClient(config).send(
    new CreatePipelineCommand({
      pipeline: {
        name: 'bench',
        roleArn: await role('codepipeline'),
        artifactStore: { type: 'S3', location: 'bench' },
        stages: [
          {
            name: 'Source',
            actions: [
              {
                ...action('Source', 'CodeCommit', { RepositoryName: 'bench', BranchName: 'main' }),
                outputArtifacts: [{ name: 'Source' }],
              },
            ],
          },
          {
            name: 'Build',
            actions: [
              {
                ...action('Build', 'CodeBuild', { ProjectName: 'bench' }),
                inputArtifacts: [{ name: 'Source' }],
              },
            ],
          },
        ],
      },
    }),
  );
  await iam.send(new CreateUserCommand({ UserName: 'pusher' }));
  const { ServiceSpecificCredential: credential } = await iam.send(
    new CreateServiceSpecificCredentialCommand({
      UserName: 'pusher',
      ServiceName: 'codecommit.amazonaws.com',
    }),
  );
  const url = new URL(repository.repositoryMetadata?.cloneUrlHttp ?? '');
  url.username = encodeURIComponent(credential?.ServiceUserName ?? '');
  url.password = encodeURIComponent(credential?.ServicePassword ?? '');
  return url.href;
}

/** The floor: a bare repository whose hook starts `sh` in the background, which writes a line. */
async function measureHook(dir: string): Promise<number[]> {
  const bare = join(dir, 'bare.git');
  const out = join(dir, 'line');
  await git(dir, 'init', '-q', '--bare', bare);
  const hook = join(bare, 'hooks', 'post-receive');
  writeFileSync(hook, `#!/bin/sh\n(sh -c 'date +%s%3N > ${out}' >/dev/null 2>&1 &)\n`);
  chmodSync(hook, 0o755);
  const tree = join(dir, 'tree');
  await git(dir, 'clone', '-q', bare, tree);
  const delays: number[] = [];
  for (let n = 0; n < PUSHES; n++) {
    writeFileSync(join(tree, 'file'), String(n));
    writeFileSync(out, '');
    await git(tree, 'add', '-A');
    await git(tree, 'commit', '-q', '-m', String(n));
    await git(tree, 'push', '-q', 'origin', 'HEAD:main');
    const returned = Date.now();
    let at = '';
    while (at === '') {
      await new Promise((resolve) => setTimeout(resolve, 1));
      at = readFileSync(out, 'utf8').trim();
    }
    // A hook that was done before the push returned counts as one millisecond.
    delays.push(Math.max(1, Number(at) - returned));
  }
  return delays.slice(2);
}

/** Never synchronous: the server that answers the push lives in this process. */
async function git(cwd: string, ...args: string[]): Promise<void> {
  await promisify(execFile)('git', ['-c', 'user.name=bench', '-c', 'user.email=bench@example.com', ...args], {
    cwd,
    env: { ...process.env, GIT_TERMINAL_PROMPT: '0' },
  });
}
