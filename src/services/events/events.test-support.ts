import { callOperation, TEST_ACCOUNT, TEST_SCOPE } from '../../../testkit/support/test-context.ts';
import { startTestKernel, type TestKernel } from '../../../testkit/support/test-kernel.ts';
import type { OutboxEvent } from '../../kernel/outbox/port.ts';
import type { RequestContext } from '../../wire/operation.ts';
import { createEventsRoom, type TargetInvocation } from './index.ts';

export const PIPELINE = `arn:aws:codepipeline:us-east-1:${TEST_ACCOUNT}:app`;
export const PUSH = {
  source: 'aws.codecommit',
  detailType: 'CodeCommit Repository State Change',
  resources: [`arn:aws:codecommit:us-east-1:${TEST_ACCOUNT}:app`],
  detail: { event: 'referenceUpdated', referenceType: 'branch', referenceName: 'main', commitId: 'c1' },
};

/** The events room alone, with a target of ours that takes down what it is invoked with. */
export async function openEventsRoom(kernel: TestKernel) {
  const room = createEventsRoom(kernel);
  const invoked: TargetInvocation[] = [];
  const heard: OutboxEvent[] = [];
  const failure: { error?: Error; times: number } = { times: 0 };
  room.addTarget('codepipeline', async (invocation) => {
    if (failure.error) {
      failure.times++;
      throw failure.error;
    }
    invoked.push(invocation);
  });
  room.onEvent(async (_tx, event) => void heard.push(event));
  await startTestKernel(kernel, [room]);
  const call = async (operation: string, input: unknown, overrides: Partial<RequestContext> = {}) =>
    (await callOperation(kernel, room, 'events', operation, input, overrides)) as Record<string, unknown>;
  const publish = (event: typeof PUSH = PUSH, scope = TEST_SCOPE) =>
    kernel.database.transaction((tx) => kernel.outbox.publish(tx, scope, { kind: 'test', id: '1' }, event));
  const settle = async () => {
    while ((await kernel.database.read.query('select 1 from outbox limit 1')).length > 0) {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await kernel.tasks.idle();
  };
  const failures = () =>
    kernel.database.read.query<{ error: string; attempts: number }>('select * from events_failures');
  return { room, invoked, heard, failure, call, publish, settle, failures };
}

/** The pattern of pushes to main, with more conditions on the detail. */
export const pattern = (extra: object = {}) =>
  JSON.stringify({ source: ['aws.codecommit'], detail: { referenceName: ['main'], ...extra } });
