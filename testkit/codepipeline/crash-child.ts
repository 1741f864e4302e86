/**
 * One life of a process that takes two executions through a pipeline: see `../crash/lives.ts`.
 * Every life does the same: makes what is missing, answers whatever waits, and prints how it all ended. The failpoints
 * come from the environment.
 */
import { ApiError } from '../../src/kernel/errors.ts';
import type { OutboxEvent } from '../../src/kernel/outbox/port.ts';
import { executionRef } from '../../src/services/codepipeline/aggregates.ts';
import { lifeOptions } from '../crash/lives.ts';
import { recordEvent, recordedEvents, recorderRoom } from '../crash/recorder.ts';
import { TEST_SCOPE } from '../support/test-context.ts';
import { openTestKernel } from '../support/test-kernel.ts';
import {
  approvalAction,
  buildAction,
  deployAction,
  openEngineRoom,
  pipelineOf,
  pipelineViewer,
} from './engine-room.ts';
import { testPlaces } from './test-place.ts';

const kernel = await openTestKernel({ ...lifeOptions(), env: process.env });
// Somebody else is at work on the fleet when the first execution reaches it.
const places = testPlaces(kernel, ['fleet']);
const engine = await openEngineRoom(kernel, {
  places,
  rooms: [recorderRoom],
  onEvent: recordEvent,
});
const view = pipelineViewer(engine);

const pipeline = pipelineOf({
  executionMode: 'QUEUED',
  stages: [
    { name: 'Build', actions: [buildAction('A'), buildAction('B')], onFailure: { result: 'RETRY' } },
    { name: 'Gate', actions: [approvalAction('Promote')] },
    { name: 'Deploy', actions: [deployAction('Ship', 'fleet')] },
  ],
});
await tolerate('PipelineNameInUseException', view.create(pipeline));
const ids = [await view.first(), await view.start({ clientRequestToken: 'second' })];

await engine.until(async () => {
  for (const id of ids) await answerAll(id);
  const all = await view.executions();
  return all.every((each) => each.status === 'Succeeded');
});
const events = await engine.until(async () => {
  const found = await recordedEvents(kernel.database.read);
  const ends = found.filter(
    (event) =>
      event.detailType.includes('Pipeline Execution') &&
      (event.detail as { state: string }).state === 'SUCCEEDED',
  );
  return ends.length === ids.length && found;
});
const actions = [];
for (const [n, id] of ids.entries()) {
  for (const each of await view.actions(id)) {
    actions.push(
      [n, each.stageName, each.actionName, each.status, JSON.stringify(each.output?.outputVariables)].join(
        ' ',
      ),
    );
  }
}
process.stdout.write(
  JSON.stringify({
    actions: actions.toSorted(),
    events: events.map(eventText).toSorted(),
    executions: (await view.executions()).map((each) => `${each.status} ${each.trigger?.triggerType}`),
  }),
);
await kernel.close();

/** Plays the rooms that do the work, and the person who approves. The first build of B fails, once in each execution. */
async function answerAll(id: string): Promise<void> {
  const found = await view.actions(id);
  for (const each of found) {
    const token = each.actionExecutionId as string;
    if (each.status !== 'InProgress') continue;
    const result = each.output?.executionResult;
    if (result?.externalExecutionSummary?.includes('somebody')) await places.free('fleet', 'somebody');
    if (result?.externalExecutionId === undefined) continue;
    if (each.actionName === 'Promote') {
      const answer = { status: 'Approved', summary: '' };
      const input = { pipelineName: 'web', stageName: 'Gate', actionName: 'Promote', token, result: answer };
      await tolerate('ApprovalAlreadyCompletedException', engine.call('PutApprovalResult', input));
      continue;
    }
    if (each.actionName === 'Ship') await places.free('fleet', token);
    const fails = each.actionName === 'B' && found.filter((other) => other.actionName === 'B').length === 1;
    await kernel.transitions.run(TEST_SCOPE, executionRef(id), {
      kind: 'reply',
      token,
      outcome: fails ? 'failed' : 'succeeded',
      externalId: token,
      summary: '',
      ...(fails ? {} : { outputs: { MADE_BY: each.actionName ?? '' } }),
    } as never);
  }
}

async function tolerate(code: string, work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== code) throw error;
  }
}

function eventText(event: OutboxEvent): string {
  const detail = event.detail as Readonly<Record<string, unknown>>;
  const approval = detail['approval'] as { actionName?: string } | undefined;
  const n = ids.indexOf(detail['execution-id'] as string);
  return [
    event.detailType,
    n,
    detail['stage'],
    detail['action'] ?? approval?.actionName,
    detail['state'],
  ].join(' ');
}
