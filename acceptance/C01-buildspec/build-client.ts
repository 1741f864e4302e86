import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  BatchGetBuildsCommand,
  type Build,
  CodeBuildClient,
  CreateProjectCommand,
  type CreateProjectCommandInput,
  StartBuildCommand,
  type StartBuildCommandInput,
} from '@aws-sdk/client-codebuild';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ZipFile } from 'yazl';
import { unpackArchive } from '../../src/kernel/archives/unpack.ts';
import { startTestServer, type TestServerOptions } from '../../testkit/support/test-server.ts';

/** A server with a role for builds, and what tests of builds do again and again, all through the SDK. */
export async function openBuildServer(options: TestServerOptions = {}) {
  const server = await startTestServer(options);
  const codebuild = new CodeBuildClient(server.clientConfig);
  const logs = new CloudWatchLogsClient(server.clientConfig);
  const iam = new IAMClient(server.clientConfig);
  const s3 = new S3Client({ ...server.clientConfig, forcePathStyle: true });
  const { Role } = await iam.send(
    new CreateRoleCommand({
      RoleName: 'builder',
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { Service: 'codebuild.amazonaws.com' }, Action: 'sts:AssumeRole' },
        ],
      }),
    }),
  );
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: 'builder',
      PolicyName: 'all',
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
      }),
    }),
  );
  const serviceRole = Role?.Arn as string;
  const getBuild = async (id: string): Promise<Build> =>
    (await codebuild.send(new BatchGetBuildsCommand({ ids: [id] }))).builds?.[0] as Build;
  const ended = async (id: string): Promise<Build> => {
    for (;;) {
      const build = await getBuild(id);
      if (build.buildComplete) return build;
      await delay(20);
    }
  };
  return {
    ...server,
    codebuild,
    logs,
    iam,
    s3,
    serviceRole,
    getBuild,
    ended,
    makeProject(name: string, buildspec: unknown, more: Partial<CreateProjectCommandInput> = {}) {
      return codebuild.send(
        new CreateProjectCommand({
          name,
          serviceRole,
          source: {
            type: 'NO_SOURCE',
            buildspec: typeof buildspec === 'string' ? buildspec : JSON.stringify(buildspec),
          },
          artifacts: { type: 'NO_ARTIFACTS' },
          environment: {
            type: 'LINUX_CONTAINER',
            image: 'aws/codebuild/standard:7.0',
            computeType: 'BUILD_GENERAL1_SMALL',
          },
          ...more,
        }),
      );
    },
    async start(projectName: string, more: Partial<StartBuildCommandInput> = {}): Promise<string> {
      const { build } = await codebuild.send(new StartBuildCommand({ projectName, ...more }));
      return build?.id as string;
    },
    async run(projectName: string, more: Partial<StartBuildCommandInput> = {}): Promise<Build> {
      return ended(await this.start(projectName, more));
    },
    async log(build: Build): Promise<string[]> {
      const { events } = await logs.send(
        new GetLogEventsCommand({
          logGroupName: build.logs?.groupName,
          logStreamName: build.logs?.streamName as string,
          startFromHead: true,
        }),
      );
      return (events ?? []).map((event) => event.message as string);
    },
    /** What the commands printed themselves. */
    async output(build: Build): Promise<string[]> {
      return (await this.log(build)).filter((line) => !line.startsWith('[Container]'));
    },
  };
}

export type BuildServer = Awaited<ReturnType<typeof openBuildServer>>;

export async function zipOf(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const archive = new ZipFile();
  for (const [name, text] of Object.entries(files)) {
    archive.addBuffer(Buffer.from(text), name, { mode: name.endsWith('.sh') ? 0o100755 : 0o100644 });
  }
  archive.end();
  const chunks: Buffer[] = [];
  for await (const chunk of archive.outputStream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The files of a zip in the bucket with their text; programs have a star behind it. */
export async function unzipObject(
  server: BuildServer,
  bucket: string,
  key: string,
): Promise<Record<string, string>> {
  const { Body } = await server.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  const folder = mkdtempSync(join(tmpdir(), 'c01-zip-'));
  try {
    writeFileSync(join(folder, 'a.zip'), await (Body as NonNullable<typeof Body>).transformToByteArray());
    mkdirSync(join(folder, 'out'));
    await unpackArchive(join(folder, 'a.zip'), 'zip', join(folder, 'out'));
    const files: Record<string, string> = {};
    for (const name of readdirSync(join(folder, 'out'), { encoding: 'utf8', recursive: true })) {
      const path = join(folder, 'out', name);
      if (!statSync(path).isFile()) continue;
      files[name] = `${readFileSync(path, 'utf8').trim()}${statSync(path).mode & 0o111 ? '*' : ''}`;
    }
    return files;
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
  }
}
