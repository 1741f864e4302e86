import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  CodeCommitClient,
  CreateRepositoryCommand,
  ListRepositoriesCommand,
} from '@aws-sdk/client-codecommit';
import { expect, test } from 'vitest';
import { readServerFile, type ServerFile } from '../../src/server/data-folder.ts';
import { startTestServer } from '../../testkit/support/test-server.ts';
import { openWantedDatabase, wantedDatabase } from '../../testkit/support/wanted-database.ts';

const launcher = join(import.meta.dirname, '../../bin/pipewright.mjs');

/** Resolves with what it said once it says where its data are. */
async function up(dataDir: string, env: Readonly<Record<string, string>>) {
  const server = spawn(process.execPath, [launcher, 'up', '--port', '0', '--data', dataDir], {
    env: { PATH: process.env['PATH'], HOME: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said: string[] = [];
  for await (const line of createInterface(server.stdout)) {
    said.push(line.trim());
    if (line.includes('  data ')) break;
  }
  return { server, said };
}

function end(server: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    server.once('exit', resolve);
    server.kill('SIGTERM');
  });
}

function clientOf(file: ServerFile | undefined) {
  const { endpoint = '', region = '', accessKeyId = '', secretAccessKey = '' } = file ?? {};
  return new CodeCommitClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey } });
}

test('the server of a test is on the database that the run is for', async () => {
  await using server = await startTestServer();
  expect(server.kernel.database.dialect).toBe(wantedDatabase());
  expect(existsSync(join(server.dataDir, 'pipewright.db'))).toBe(wantedDatabase() === 'sqlite');
});

test('DATABASE_URL switches `pipewright up` over, and nothing but files stays in the folder', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'pipewright-up-'));
  const database = await openWantedDatabase();
  try {
    const first = await up(dataDir, database.env);
    expect(first.said.at(-1)).toBe(`data      ${dataDir} (${wantedDatabase()})`);
    await clientOf(readServerFile(dataDir)).send(new CreateRepositoryCommand({ repositoryName: 'kept' }));
    expect(await end(first.server)).toBe(0);
    expect(existsSync(join(dataDir, 'pipewright.db'))).toBe(wantedDatabase() === 'sqlite');
    const second = await up(dataDir, database.env);
    const { repositories } = await clientOf(readServerFile(dataDir)).send(new ListRepositoriesCommand());
    expect(repositories?.map((each) => each.repositoryName)).toEqual(['kept']);
    expect(await end(second.server)).toBe(0);
  } finally {
    await database.drop();
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 20 });
  }
});
