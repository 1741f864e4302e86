import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Build, Project } from '@aws-sdk/client-codebuild';
import { ZipFile } from 'yazl';
import { callOperation, TEST_ACCOUNT, TEST_SCOPE } from '../../../../testkit/support/test-context.ts';
import { openTestKernel, startTestKernel, type TestKernel } from '../../../../testkit/support/test-kernel.ts';
import type { OutboxEvent } from '../../../kernel/outbox/port.ts';
import { createSandbox } from '../../../kernel/sandbox/create-sandbox.ts';
import type { AggregateType } from '../../../kernel/transitions/port.ts';
import type { ReplyInput } from '../../../kernel/transitions/reply.ts';
import { createCodeCommitRoom } from '../../codecommit/index.ts';
import { createIamRoom } from '../../iam/index.ts';
import { createLogsRoom } from '../../logs/index.ts';
import { createS3Room } from '../../s3/index.ts';
import { type CodeBuildDeps, createCodeBuildRoom } from '../index.ts';

export const ROLE = `arn:aws:iam::${TEST_ACCOUNT}:role/builder`;

/** Tests of builds run on both drivers: `PIPEWRIGHT_TEST_SANDBOX` names one. */
const testDriver = (process.env['PIPEWRIGHT_TEST_SANDBOX'] ?? 'process') as 'process' | 'bubblewrap';

export interface HouseOptions {
  readonly deps?: Partial<CodeBuildDeps>;
  /** Kept over a restart when given. */
  readonly dataDir?: string;
  readonly driver?: 'process' | 'bubblewrap';
  /** Linux users that a buildspec may name. */
  readonly users?: readonly string[];
  readonly databaseUrl?: string;
  /** Warm runners; none unless asked for, because each takes time to start beside the test. */
  readonly spares?: number;
  /** Names failpoints. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** The rooms that builds stand on, with a real sandbox, and what tests ask of them again and again. */
export async function openBuildHouse(options: HouseOptions = {}) {
  const folder = options.dataDir ?? mkdtempSync(join(tmpdir(), 'codebuild-test-'));
  const kernel: TestKernel = await openTestKernel({
    dataDir: folder,
    ...(options.databaseUrl === undefined ? {} : { databaseUrl: options.databaseUrl }),
    ...(options.env === undefined ? {} : { env: options.env }),
    sandbox: (parts) =>
      createSandbox({
        ...parts,
        driver: options.driver ?? testDriver,
        spares: options.spares ?? 0,
        users: options.users ?? [],
      }),
  });
  const iam = createIamRoom(kernel);
  const s3 = createS3Room(kernel, { iam });
  const logs = createLogsRoom(kernel);
  const codecommit = createCodeCommitRoom(kernel, {
    authenticate: async () => undefined,
    defaultScope: TEST_SCOPE,
  });
  const room = createCodeBuildRoom(kernel, { s3, codecommit, logs, iam, ...options.deps });
  const events: OutboxEvent[] = [];
  kernel.outbox.subscribe(async (_tx, event) => void events.push(event));
  const replies: ReplyInput[] = [];
  const asker = {
    name: 'asker',
    migrations: [],
    aggregates: [askerAggregate(replies) as unknown as AggregateType],
    tasks: [],
  };
  await startTestKernel(kernel, [iam, s3, logs, codecommit, room, asker]);

  // biome-ignore lint/suspicious/noExplicitAny: answers of many operations
  const call = (operation: string, input: unknown = {}): Promise<any> =>
    callOperation(kernel, room, 'codebuild', operation, input);
  const getBuild = async (id: string): Promise<Build> =>
    (await call('BatchGetBuilds', { ids: [id] })).builds[0];
  /** Resolves when a look at the build satisfies; woken by its changes. */
  const until = async (id: string, good: (build: Build) => boolean): Promise<Build> => {
    for (;;) {
      const next = kernel.changes.next(
        (change) => change.topic === 'codebuild.build' && change.id === id,
        AbortSignal.timeout(30_000),
      );
      const build = await getBuild(id);
      if (good(build)) return build;
      if (!(await next)) throw new Error(`nothing happens any more: ${JSON.stringify(build, null, 1)}`);
    }
  };
  return {
    kernel,
    room,
    s3,
    logs,
    iam,
    codecommit,
    events,
    replies,
    folder,
    call,
    getBuild,
    until,
    ended: (id: string) => until(id, (build) => build.buildComplete === true),
    async makeRole() {
      const trust = {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'codebuild.amazonaws.com' },
            Action: 'sts:AssumeRole',
            // As AWS's documentation recommends it.
            Condition: {
              StringEquals: { 'aws:SourceAccount': TEST_ACCOUNT },
              ArnLike: { 'aws:SourceArn': `arn:aws:codebuild:*:${TEST_ACCOUNT}:project/*` },
            },
          },
        ],
      };
      await callOperation(kernel, iam, 'iam', 'CreateRole', {
        RoleName: 'builder',
        AssumeRolePolicyDocument: JSON.stringify(trust),
      });
    },
    async makeProject(name: string, buildspec: unknown, more: object = {}): Promise<Project> {
      const answer = await call('CreateProject', {
        name,
        serviceRole: ROLE,
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
      });
      return answer.project;
    },
    async start(projectName: string, more: object = {}): Promise<string> {
      return (await call('StartBuild', { projectName, ...more })).build.id;
    },
    /** The lines of a build's log, without times. */
    async log(build: Build): Promise<string[]> {
      const id = await logs.findStream(
        TEST_SCOPE,
        build.logs?.groupName as string,
        build.logs?.streamName as string,
      );
      const lines = await kernel.logs.read(id as string, 0, 10_000);
      return lines.map((line) => line.text.replace(/^\[Container\] \S+ \S+ /, '[Container] '));
    },
    /** What the commands printed. */
    async output(build: Build): Promise<string[]> {
      return (await this.log(build)).filter((line) => !line.startsWith('[Container]'));
    },
    async putZip(bucket: string, key: string, files: Readonly<Record<string, string>>): Promise<void> {
      await s3.ensureBucket(TEST_SCOPE, bucket);
      await s3.putObject(TEST_ACCOUNT, { bucket, key }, await zipOf(files));
    },
    async getBytes(bucket: string, key: string): Promise<Buffer> {
      const { body } = await s3.getObject(TEST_ACCOUNT, { bucket, key });
      const chunks: Buffer[] = [];
      for await (const chunk of body) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    },
    async [Symbol.asyncDispose]() {
      await kernel.close();
      if (options.dataDir === undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
    },
  };
}

export type BuildHouse = Awaited<ReturnType<typeof openBuildHouse>>;

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

/** Stands for the pipeline that asked for a build. */
function askerAggregate(replies: ReplyInput[]): AggregateType<number, ReplyInput> {
  return {
    kind: 'test.asker',
    version: 1,
    decide(state, input) {
      replies.push(input);
      return { state: (state ?? 0) + 1 };
    },
  };
}
