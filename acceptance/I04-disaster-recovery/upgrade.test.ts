import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { BatchGetBuildsCommand, CodeBuildClient, ListBuildsCommand } from '@aws-sdk/client-codebuild';
import { CodeCommitClient, GetFileCommand } from '@aws-sdk/client-codecommit';
import {
  CodePipelineClient,
  GetPipelineStateCommand,
  ListPipelineExecutionsCommand,
  PutApprovalResultCommand,
} from '@aws-sdk/client-codepipeline';
import {
  CompleteMultipartUploadCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/kernel/config/load.ts';
import { openDatabase } from '../../src/kernel/database/open.ts';
import { restoreBackup } from '../../src/server/backup/restore-backup.ts';
import { startServer } from '../../src/server/server.ts';
import { recorded } from '../../testkit/recorded/names.ts';
import { nextChange } from '../../testkit/support/next-change.ts';
import { startTestServer, type TestServer } from '../../testkit/support/test-server.ts';
import { openWantedDatabase } from '../../testkit/support/wanted-database.ts';

const root = join(import.meta.dirname, '../../testkit/recorded');
const versions = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const folder = mkdtempSync(join(tmpdir(), 'pipewright-upgrade-'));
const HOUR = 3_600_000;

async function restored(version: string) {
  const database = await openWantedDatabase();
  const dataDir = mkdtempSync(join(folder, `${version}-`));
  const file = join(root, version, 'backup.tgz');
  const url = database.url === undefined ? {} : { databaseUrl: database.url };
  const manifest = await restoreBackup({ file, dataDir, ...url });
  const PIPEWRIGHT_MASTER_KEY = readFileSync(join(root, version, 'master-key.txt'), 'utf8').trim();
  return {
    manifest,
    location: database.url ?? join(dataDir, 'pipewright.db'),
    config: { dataDir, ...url },
    env: { PIPEWRIGHT_MASTER_KEY },
    [Symbol.asyncDispose]: () => database.drop(),
  };
}

afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20 }));

describe.each(versions)('what Pipewright %s left in flight', (version) => {
  test('is opened by this version and ends well', async () => {
    await using place = await restored(version);
    expect(place.manifest.version).toBe(version);
    await using server = await startTestServer({ database: 'sqlite', config: place.config, env: place.env });
    server.clock.advance(Date.parse(place.manifest.createdAt) + HOUR - server.kernel.clock.now());
    await keepsWhatWas(server);
    await goesOn(server);
  }, 120_000);
});

test('a database of a newer version is refused by this one, and nothing is changed', async () => {
  await using place = await restored(versions[0] as string);
  const change = (sql: string) =>
    openDatabase(place.location).then(async (database) => {
      await database.transaction((tx) => tx.execute(sql));
      await database.close();
    });
  await change("insert into schema_migrations (id, applied_at) values ('9999-of-the-future', 0)");
  const config = loadConfig({ flags: { ...place.config, port: 0 }, env: {} });
  await expect(startServer(config, { env: place.env })).rejects.toThrow(
    /made by a newer version \(it has 9999-of-the-future\)/,
  );
  await change("delete from schema_migrations where id = '9999-of-the-future'");
  await (await startServer(config, { env: place.env })).close();
});

/** What had ended before. */
async function keepsWhatWas(server: TestServer): Promise<void> {
  const config = server.clientConfig;
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  const { bucket: Bucket } = recorded;
  const read = async (Key: string) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    return Body?.transformToString();
  };
  expect(await read(recorded.object)).toBe(recorded.text);
  const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket }));
  const upload = { Bucket, Key: recorded.upload, UploadId: Uploads[0]?.UploadId };
  const { Parts = [] } = await s3.send(new ListPartsCommand(upload));
  const MultipartUpload = { Parts: Parts.map(({ PartNumber, ETag }) => ({ PartNumber, ETag })) };
  await s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload }));
  expect(await read(recorded.upload)).toBe(recorded.text);

  const repositories = new CodeCommitClient(config);
  const file = { repositoryName: recorded.repository, filePath: 'a.txt' };
  const { fileContent } = await repositories.send(new GetFileCommand(file));
  expect(Buffer.from(fileContent as Uint8Array).toString()).toBe(recorded.text);

  const builds = new CodeBuildClient(config);
  const { ids = [] } = await builds.send(new ListBuildsCommand({}));
  const { builds: done = [] } = await builds.send(new BatchGetBuildsCommand({ ids }));
  expect(done.map(({ buildStatus }) => buildStatus)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
  const logs = new CloudWatchLogsClient(config);
  const { groupName, streamName } = done[0]?.logs ?? {};
  const { events = [] } = await logs.send(
    new GetLogEventsCommand({ logGroupName: groupName, logStreamName: streamName, startFromHead: true }),
  );
  expect(events.map(({ message }) => message)).toContain('recorded');
  for (const client of [s3, repositories, builds, logs]) client.destroy();
}

/** Both executions, the one at the gate and the one behind it, go on when they are approved. */
async function goesOn(server: TestServer): Promise<void> {
  const pipelines = new CodePipelineClient(server.clientConfig);
  const { until } = nextChange(server.kernel);
  const statuses = async () => {
    const list = new ListPipelineExecutionsCommand({ pipelineName: recorded.pipeline });
    const { pipelineExecutionSummaries = [] } = await pipelines.send(list);
    return pipelineExecutionSummaries.map(({ status }) => status);
  };
  const token = async () => {
    const { stageStates = [] } = await pipelines.send(
      new GetPipelineStateCommand({ name: recorded.pipeline }),
    );
    const gate = stageStates.find(({ stageName }) => stageName === 'Gate')?.actionStates?.[0];
    return gate?.latestExecution?.token;
  };
  expect(await statuses()).toEqual(['InProgress', 'InProgress']);
  let last: string | undefined;
  for (let n = 0; n < 2; n++) {
    const next = await until(async () => {
      const found = await token();
      return found === last ? undefined : found;
    });
    await pipelines.send(
      new PutApprovalResultCommand({
        pipelineName: recorded.pipeline,
        stageName: 'Gate',
        actionName: 'Promote',
        token: next,
        result: { status: 'Approved', summary: 'after the upgrade' },
      }),
    );
    last = next;
  }
  const ended = await until(async () => {
    const all = await statuses();
    return !all.includes('InProgress') && all;
  });
  expect(ended).toEqual(['Succeeded', 'Succeeded']);
  pipelines.destroy();
}
