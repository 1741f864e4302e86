import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import {
  CodePipelineClient,
  GetPipelineExecutionCommand,
  GetPipelineStateCommand,
  ListPipelineExecutionsCommand,
  PutApprovalResultCommand,
} from '@aws-sdk/client-codepipeline';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openKeyring } from '../../src/kernel/secrets/keyring.ts';
import { houseMigrations } from '../../src/server/migrations.ts';
import {
  ARTIFACTS,
  approval,
  build,
  openPipelineLab,
  type PipelineLab,
  sourceStage,
} from '../../testkit/codepipeline/pipeline-lab.ts';
import { gitUser } from '../../testkit/support/git-server.ts';
import { smallDisk } from '../../testkit/support/small-disk.ts';
import { startTestServer, type TestServer } from '../../testkit/support/test-server.ts';
import { openWantedDatabase } from '../../testkit/support/wanted-database.ts';

const execute = promisify(execFile);
const launcher = join(import.meta.dirname, '../../bin/pipewright.mjs');
const object = randomBytes(3 * 1024 * 1024 + 17);
const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

let lab: PipelineLab;
let folder: string;
let file: string;
let head: string;
let waiting: string;
let told: string;

function pipewright(...args: string[]) {
  const { DATABASE_URL: _, ...env } = process.env;
  return execute(process.execPath, [launcher, ...args], { env });
}

// I4-S1: when everything stops and the newest backup is restored in an empty directory, all executions are listed.
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pipewright-recovery-'));
  file = join(folder, 'backup.tgz');
  lab = await openPipelineLab();
  await lab.createRepository('app');
  head = await lab.push('app', { 'a.txt': 'a', 'dir/b.sh': '#!/bin/sh\n' });
  await lab.createProject('pass', 'version: 0.2\nphases: {build: {commands: ["test -f a.txt"]}}\n');
  await lab.s3.send(new PutObjectCommand({ Bucket: ARTIFACTS, Key: 'kept/object', Body: object }));
  waiting = await lab.createPipeline('ship', [
    sourceStage('app'),
    { name: 'Test', actions: [build('Try', 'pass')] },
    { name: 'Gate', actions: [approval('Promote')] },
    { name: 'Ship', actions: [build('Ship', 'pass')] },
  ]);
  await lab.until(async () => (await lab.stage('ship', 'Gate'))?.actionStates?.[0]?.latestExecution?.token);
  // The server goes on meanwhile.
  told = (await pipewright('backup', file, '--data', lab.server.dataDir)).stdout;
  await lab.s3.send(new PutObjectCommand({ Bucket: ARTIFACTS, Key: 'kept/later', Body: 'later' }));
});
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
});

test.each(['sqlite', 'postgres'] as const)('is restored on %s and goes on', async (dialect) => {
  const database = await openWantedDatabase(dialect);
  const target = join(folder, `restored-on-${dialect}`);
  const flags = database.url === undefined ? [] : ['--database-url', database.url];
  try {
    const keys = join(lab.server.dataDir, 'keys');
    const { stdout } = await pipewright('restore', file, '--data', target, '--keys', keys, ...flags);
    expect(stdout).toContain(`is as it was on 2`);
    expect(existsSync(join(target, 'pipewright.db'))).toBe(dialect === 'sqlite');
    await using server = await startTestServer({
      database: 'sqlite',
      config: { dataDir: target, databaseUrl: database.url },
    });
    expect(server.kernel.database.dialect).toBe(dialect);
    expect(server.credentials).toEqual(lab.server.credentials);
    await finish(server);
    await sameObjects(server);
    await sameRepository(server);
  } finally {
    await database.drop();
  }
});

test('a backup of a stopped server is taken by the command itself, and is the same', async () => {
  await using server = await startTestServer();
  const { dataDir } = server;
  const taken = await server.kernel.database.read.query<{ id: string }>(
    'select id from schema_migrations order by id',
  );
  expect(houseMigrations.map(({ id }) => id)).toEqual(taken.map(({ id }) => id));
  const url = server.config.databaseUrl;
  await server.close();
  const quiet = join(folder, 'quiet.tgz');
  const flags = url === undefined ? [] : ['--database-url', url];
  const { stdout } = await pipewright('backup', quiet, '--data', dataDir, ...flags);
  expect(stdout).toContain('no server runs');
  const target = join(folder, 'quiet');
  await pipewright('restore', quiet, '--data', target, '--keys', join(dataDir, 'keys'));
  await using again = await startTestServer({ database: 'sqlite', config: { dataDir: target } });
  expect(again.credentials).toEqual(server.credentials);
});

test('keys of another installation are refused before anything is made', async () => {
  const keys = join(folder, 'other-keys');
  openKeyring(keys);
  const target = join(folder, 'wrong-keys');
  await expect(pipewright('restore', file, '--data', target, '--keys', keys)).rejects.toThrow(
    /sealed with the master key [0-9a-f]{16}, which is not among the keys given. Nothing was changed/,
  );
  expect(existsSync(target)).toBe(false);
});

test('the master keys are not in it, and nobody writes over a backup', async () => {
  expect(told).toContain('written by the running server');
  expect(told).toContain('The master keys are not in it');
  const keyFile = readFileSync(join(lab.server.dataDir, 'keys', 'master.key'), 'utf8');
  const key = keyFile.trim().split(' ').at(-1) as string;
  const plain = gunzipSync(readFileSync(file));
  expect(plain.includes('codepipeline_pipelines')).toBe(true);
  for (const secret of [key, Buffer.from(key, 'base64'), lab.server.credentials.secretAccessKey])
    expect(plain.includes(secret)).toBe(false);
  await expect(pipewright('backup', file, '--data', lab.server.dataDir)).rejects.toThrow('is there already');
  const unfinished = readdirSync(folder).filter((name) => name.endsWith('.unfinished'));
  expect(unfinished).toEqual([]);
});

test('a place that takes no backup is named, with the reason, also by the server', async () => {
  const nowhere = join(folder, 'none', 'backup.tgz');
  await expect(pipewright('backup', nowhere, '--data', lab.server.dataDir)).rejects.toThrow(
    `${nowhere} cannot be written: ENOENT: no such file or directory`,
  );
  const inFile = join(file, 'backup.tgz');
  await expect(pipewright('backup', inFile, '--data', lab.server.dataDir)).rejects.toThrow(
    `${inFile} cannot be written: ENOTDIR: not a directory`,
  );
  const disk = smallDisk(1);
  try {
    if (disk) {
      const onFull = join(disk.dir, 'backup.tgz');
      await expect(pipewright('backup', onFull, '--data', lab.server.dataDir)).rejects.toThrow(
        `${onFull} cannot be written: ENOSPC: no space left on device`,
      );
      expect(readdirSync(disk.dir)).toEqual([]);
    }
  } finally {
    disk?.unmount();
  }
  // None of them is taken for one that is still being written.
  const after = join(folder, 'after.tgz');
  await pipewright('backup', after, '--data', lab.server.dataDir);
  expect(existsSync(after)).toBe(true);
  expect(readdirSync(folder).filter((name) => name.endsWith('.unfinished'))).toEqual([]);
});

/** The execution that waited goes on after the answer. */
async function finish(server: TestServer): Promise<void> {
  const pipelines = new CodePipelineClient(server.clientConfig);
  try {
    const { pipelineExecutionSummaries: listed = [] } = await pipelines.send(
      new ListPipelineExecutionsCommand({ pipelineName: 'ship' }),
    );
    expect(listed.map((each) => [each.pipelineExecutionId, each.status])).toEqual([[waiting, 'InProgress']]);
    const { stageStates = [] } = await pipelines.send(new GetPipelineStateCommand({ name: 'ship' }));
    const gate = stageStates.find(({ stageName }) => stageName === 'Gate');
    await pipelines.send(
      new PutApprovalResultCommand({
        pipelineName: 'ship',
        stageName: 'Gate',
        actionName: 'Promote',
        token: gate?.actionStates?.[0]?.latestExecution?.token,
        result: { status: 'Approved', summary: 'goes on elsewhere' },
      }),
    );
    const ended = await until(server, async () => {
      const { pipelineExecution } = await pipelines.send(
        new GetPipelineExecutionCommand({ pipelineName: 'ship', pipelineExecutionId: waiting }),
      );
      return pipelineExecution?.status === 'InProgress' ? undefined : pipelineExecution;
    });
    expect(ended.status).toBe('Succeeded');
  } finally {
    pipelines.destroy();
  }
}

async function sameObjects(server: TestServer): Promise<void> {
  const s3 = new S3Client({ ...server.clientConfig, forcePathStyle: true });
  try {
    const kept = await s3.send(new GetObjectCommand({ Bucket: ARTIFACTS, Key: 'kept/object' }));
    expect(digest((await kept.Body?.transformToByteArray()) as Uint8Array)).toBe(digest(object));
    await expect(
      s3.send(new GetObjectCommand({ Bucket: ARTIFACTS, Key: 'kept/later' })),
    ).rejects.toMatchObject({ name: 'NoSuchKey' });
  } finally {
    s3.destroy();
  }
}

async function sameRepository(server: TestServer): Promise<void> {
  using git = gitUser();
  const from = new URL(await lab.originOf('app'));
  from.port = new URL(server.endpoint).port;
  const clone = await git.git('', ['clone', '-q', from.href, 'copy']);
  expect(clone, clone.output).toMatchObject({ code: 0 });
  expect(git.local('copy', 'rev-parse', 'HEAD')).toBe(head);
  git.local('copy', 'fsck', '--strict');
}

async function until<T>(server: TestServer, ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const abort = new AbortController();
    const change = server.kernel.changes.next(() => true, abort.signal);
    try {
      const found = await ask();
      if (found !== undefined) return found;
      await change;
    } finally {
      abort.abort();
    }
  }
}
