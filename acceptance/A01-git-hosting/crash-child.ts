/**
 * One life of a process that takes two pushes, a tag and a branch made over the API. Every life does what is still
 * missing and prints what the bus was told.
 */
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ApiError } from '../../src/kernel/errors.ts';
import { createCodeCommitRoom } from '../../src/services/codecommit/index.ts';
import { createEventsRoom } from '../../src/services/events/index.ts';
import { lifeOptions } from '../../testkit/crash/lives.ts';
import { recordedEvents, recorder } from '../../testkit/crash/recorder.ts';
import { serveRoom } from '../../testkit/support/git-server.ts';
import { callOperation, TEST_ACCOUNT, TEST_SCOPE } from '../../testkit/support/test-context.ts';
import { openTestKernel, startTestKernel } from '../../testkit/support/test-kernel.ts';

const options = lifeOptions();
const kernel = await openTestKernel({ ...options, env: process.env });
const events = createEventsRoom(kernel);
const caller = {
  account: TEST_ACCOUNT,
  arn: `arn:aws:iam::${TEST_ACCOUNT}:user/ada`,
  userId: 'AIDA',
  accessKeyId: 'AKIA',
  kind: 'user' as const,
};
const room = createCodeCommitRoom(kernel, { defaultScope: TEST_SCOPE, authenticate: async () => caller });
await startTestKernel(kernel, [recorder(events), events, room]);
const call = (operation: string, input: unknown) =>
  callOperation(kernel, room, 'codecommit', operation, input, { principal: caller });

const work = join(options.dataDir, 'work');
const env = {
  PATH: process.env['PATH'],
  HOME: '/nonexistent',
  GIT_TERMINAL_PROMPT: '0',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
  // The same commits in every life of every run.
  GIT_AUTHOR_DATE: '2026-01-01T00:00:00Z',
  GIT_COMMITTER_DATE: '2026-01-01T00:00:00Z',
};
if (!existsSync(work)) {
  mkdirSync(work);
  for (const args of [
    ['init', '-q', '-b', 'main'],
    ['commit', '-q', '--allow-empty', '-m', 'one'],
    ['tag', 'one'],
    ['commit', '-q', '--allow-empty', '-m', 'two'],
    ['tag', '-a', 'v1', '-m', 'v1'],
  ]) {
    spawnSync('git', args, { cwd: work, env });
  }
}
await using server = await serveRoom(room);
const url = `http://ada:x@127.0.0.1:${server.port}/v1/repos/app`;
const push = (...refs: string[]) =>
  promisify(execFile)('git', ['push', '-q', url, ...refs], { cwd: work, env });
const tolerate = async (code: string, work_: Promise<unknown>) => {
  await work_.catch((error: unknown) => {
    if (!(error instanceof ApiError) || error.code !== code) throw error;
  });
};

await tolerate('RepositoryNameExistsException', call('CreateRepository', { repositoryName: 'app' }));
if (!(await room.branchHead(TEST_SCOPE, 'app', 'main'))) await push('one^{commit}:refs/heads/main');
await push('main', 'v1');
const head = await room.branchHead(TEST_SCOPE, 'app', 'main');
const branch = { repositoryName: 'app', branchName: 'made/by-api', commitId: head?.commitId };
await tolerate('BranchNameExistsException', call('CreateBranch', branch));

while ((await kernel.database.read.query('select 1 from outbox limit 1')).length > 0) {
  await new Promise((resolve) => setTimeout(resolve, 2));
}
const told = (await recordedEvents(kernel.database.read))
  .map((event) => event.detail as Record<string, string>)
  .map(({ repositoryId: _differs, ...rest }) => JSON.stringify(rest))
  .toSorted();
process.stdout.write(JSON.stringify(told));
await kernel.close();
