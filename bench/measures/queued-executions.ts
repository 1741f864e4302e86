import {
  CodePipelineClient,
  CreatePipelineCommand,
  DeletePipelineCommand,
  StartPipelineExecutionCommand,
} from '@aws-sdk/client-codepipeline';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { RunningServer } from '../../src/server/server.ts';
import { figure, type Measure } from '../support/result.ts';
import { clientConfig, withServer } from '../support/server.ts';

const COUNTS = [100, 1000, 5000] as const;
const CALLERS = 32;

/** What one of N executions costs that are started at once and wait in a queue: it must not grow with N. */
export const queuedExecutions: Measure = {
  name: 'queued-executions',
  async run() {
    return await withServer(async (server) => {
      const config = clientConfig(server);
      const role = await prepare(config);
      const client = new CodePipelineClient({ ...config, maxAttempts: 1 });
      await runQueue(server, client, role, 'warm-up', 100);
      const costs: number[] = [];
      for (const count of COUNTS) costs.push(await runQueue(server, client, role, `queue-${count}`, count));
      const floor = costs[0] ?? Number.NaN;
      return COUNTS.map((count, n) =>
        figure(
          `one of ${count} queued executions`,
          costs[n] ?? Number.NaN,
          'ms',
          floor,
          n === 2 ? '≤ 1.2 × one of 100' : undefined,
        ),
      );
    });
  },
};

async function prepare(config: ReturnType<typeof clientConfig>): Promise<string> {
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: 'bench' }));
  await s3.send(
    new PutBucketVersioningCommand({ Bucket: 'bench', VersioningConfiguration: { Status: 'Enabled' } }),
  );
  await s3.send(
    new PutObjectCommand({ Bucket: 'bench', Key: 'source.zip', Body: 'not unpacked by anybody' }),
  );
  const trust = {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { Service: 'codepipeline.amazonaws.com' }, Action: 'sts:AssumeRole' },
    ],
  };
  const made = await new IAMClient(config).send(
    new CreateRoleCommand({ RoleName: 'bench', AssumeRolePolicyDocument: JSON.stringify(trust) }),
  );
  return made.Role?.Arn ?? '';
}

/** Milliseconds for one execution, from the first start to the end of the last. */
async function runQueue(
  server: RunningServer,
  client: CodePipelineClient,
  roleArn: string,
  name: string,
  count: number,
): Promise<number> {
  await client.send(new CreatePipelineCommand({ pipeline: declaration(name, roleArn) }));
  const start = performance.now();
  let started = 0;
  const caller = async () => {
    while (started++ < count) await client.send(new StartPipelineExecutionCommand({ name }));
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  await server.kernel.tasks.idle();
  const took = performance.now() - start;
  await client.send(new DeletePipelineCommand({ name }));
  return took / count;
}

function declaration(name: string, roleArn: string) {
  const type = (category: 'Source' | 'Deploy') => ({
    category,
    owner: 'AWS' as const,
    provider: 'S3',
    version: '1',
  });
  return {
    name,
    roleArn,
    pipelineType: 'V2' as const,
    executionMode: 'QUEUED' as const,
    artifactStore: { type: 'S3' as const, location: 'bench' },
    stages: [
      {
        name: 'Source',
        actions: [
          {
            name: 'Source',
            actionTypeId: type('Source'),
            configuration: { S3Bucket: 'bench', S3ObjectKey: 'source.zip', PollForSourceChanges: 'false' },
            outputArtifacts: [{ name: 'Source' }],
          },
        ],
      },
      {
        name: 'Deploy',
        actions: [
          {
            name: 'Deploy',
            actionTypeId: type('Deploy'),
            configuration: { BucketName: 'bench', Extract: 'false', ObjectKey: `${name}.zip` },
            inputArtifacts: [{ name: 'Source' }],
          },
        ],
      },
    ],
  };
}
