import type { DatabasePlace } from '../../../testkit/contracts/each-database.ts';
import { gitUser, serveRoom } from '../../../testkit/support/git-server.ts';
import { callOperation, TEST_ACCOUNT, TEST_SCOPE } from '../../../testkit/support/test-context.ts';
import { startTestKernel, type TestKernel } from '../../../testkit/support/test-kernel.ts';
import type { OutboxEvent } from '../../kernel/outbox/port.ts';
import type { RequestContext } from '../../wire/operation.ts';
import { type CodeCommitDeps, createCodeCommitRoom, type GitPrincipal } from './index.ts';

export const ADA: GitPrincipal = {
  account: TEST_ACCOUNT,
  arn: `arn:aws:iam::${TEST_ACCOUNT}:user/ada`,
  userId: 'AIDAADA',
  accessKeyId: 'AKIAADA',
  kind: 'user',
};

/** The room alone; `ada` with the password `right` may use git. */
export async function openCodeCommit(kernel: TestKernel, options: Partial<CodeCommitDeps> = {}) {
  const room = createCodeCommitRoom(kernel, {
    defaultScope: TEST_SCOPE,
    authenticate: async (user, password) => (user === 'ada' && password === 'right' ? ADA : undefined),
    ...options,
  });
  const events: OutboxEvent[] = [];
  kernel.outbox.subscribe(async (_tx, event) => void events.push(event));
  await startTestKernel(kernel, [room]);
  const call = async (operation: string, input: unknown, overrides: Partial<RequestContext> = {}) =>
    (await callOperation(kernel, room, 'codecommit', operation, input, {
      principal: ADA,
      ...overrides,
    })) as Record<string, unknown>;
  return { room, events, call };
}

/** The room with the repository `app`, its git door open, and somebody with git. */
export async function openGitHouse(place: DatabasePlace, options: Partial<CodeCommitDeps> = {}) {
  const kernel = await place.openKernel();
  const opened = await openCodeCommit(kernel, options);
  const server = await serveRoom(opened.room);
  const user = gitUser();
  const { repositoryMetadata } = (await opened.call('CreateRepository', { repositoryName: 'app' })) as {
    repositoryMetadata: { repositoryId: string };
  };
  return {
    ...opened,
    kernel,
    server,
    user,
    repositoryId: repositoryMetadata.repositoryId,
    /** With credentials. */
    url: `http://ada:right@127.0.0.1:${server.port}/v1/repos/app`,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      user[Symbol.dispose]();
    },
  };
}

export const details = (events: readonly OutboxEvent[]) =>
  events.map((event) => event.detail as Record<string, string>);

/** Waits for the outbox, which hands over right after the commit; the test's own time limit is the only one. */
export async function eventually(check: () => boolean): Promise<void> {
  while (!check()) await new Promise((resolve) => setTimeout(resolve, 5));
}
