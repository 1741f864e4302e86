import { Fault } from '../../../../kernel/errors.ts';
import { timer } from '../../../../kernel/tasks/port.ts';
import type { AggregateType, DecideContext, Decision } from '../../../../kernel/transitions/port.ts';
import { change, closeDraft, type Draft, endPhase, openDraft, startPhase } from './draft.ts';
import { stateChange } from './events.ts';
import { finish } from './finish.ts';
import type { BuildInput } from './inputs.ts';
import { interruption } from './interruption.ts';
import { taskKey } from './keys.ts';
import { takeCollected, takeReports, takeRunEnd } from './progress.ts';
import { BUILD_KIND, type BuildState, buildId } from './state.ts';

/** The state machine of a build. Inputs that come too late (the build has ended, the task is an old one) change nothing. */
export function decideBuild(
  state: BuildState | undefined,
  input: BuildInput,
  context: DecideContext,
): Decision<BuildState> {
  if (state === undefined) {
    if (input.kind !== 'submit') throw new Fault(`build ${context.ref.id} is not there for ${input.kind}`);
    return submit(input, context);
  }
  if (state.stage === 'ended' || input.kind === 'submit') return { state };
  const draft = openDraft(state, context);
  take(draft, input);
  return draft.state === state ? { state } : closeDraft(draft);
}

export const buildAggregate: AggregateType<BuildState, BuildInput> = {
  kind: BUILD_KIND,
  version: 1,
  inFlight: (state) => state.stage !== 'ended',
  decide: decideBuild,
};

function take(draft: Draft, input: Exclude<BuildInput, { kind: 'submit' }>): void {
  switch (input.kind) {
    case 'begin':
      return begin(draft);
    case 'queue-expired':
      return expireInQueue(draft);
    case 'downloading':
      return startDownload(draft, input.at);
    case 'prepared':
      return takePrepared(draft, input);
    case 'prepare-failed':
      return failPreparation(draft, input);
    case 'reports':
      return takeReports(draft, input.from, input.reports);
    case 'run-ended':
      return takeRunEnd(draft, input.end);
    case 'collected':
      return takeCollected(draft, input);
    case 'stop':
      return interrupt(draft, 'stop');
    case 'deadline':
      return interrupt(draft, 'timeout');
    default:
      return input satisfies never;
  }
}

function submit(input: BuildInput & { kind: 'submit' }, context: DecideContext): Decision<BuildState> {
  const { facts } = input;
  const { now } = context;
  const draft = openDraft(
    {
      stage: 'queued',
      status: 'IN_PROGRESS',
      facts,
      startTime: now,
      phases: [],
      reportsSeen: 0,
      collects: false,
      exported: {},
      expanded: {},
      artifacts: [],
      reportArns: [],
      ...(input.replyTo ? { replyTo: input.replyTo } : {}),
    },
    context,
  );
  draft.history.push({ kind: 'submitted', data: { initiator: facts.initiator } });
  startPhase(draft, 'SUBMITTED', now);
  draft.bus.push(stateChange(draft.state, context.scope));
  endPhase(draft, now, 'SUCCEEDED');
  startPhase(draft, 'QUEUED', now);
  if (input.begin) begin(draft);
  else {
    const key = taskKey(buildId(facts), 'queue-limit');
    draft.tasks.push(
      timer(key, now + facts.queuedTimeoutMs, { to: context.ref, input: { kind: 'queue-expired' } }),
    );
  }
  return closeDraft(draft);
}

/** The build has a slot: it is prepared now, and its time runs. */
function begin(draft: Draft): void {
  if (draft.state.stage !== 'queued') return;
  const { now, ref } = draft.context;
  const id = buildId(draft.state.facts);
  endPhase(draft, now, 'SUCCEEDED');
  startPhase(draft, 'PROVISIONING', now);
  change(draft, { stage: 'preparing' });
  draft.cancel.push(taskKey(id, 'queue-limit'));
  draft.tasks.push({ kind: 'codebuild.prepare', key: taskKey(id, 'prepare'), payload: { buildId: id } });
  const due = now + draft.state.facts.timeoutMs;
  draft.tasks.push(timer(taskKey(id, 'deadline'), due, { to: ref, input: { kind: 'deadline' } }));
}

function expireInQueue(draft: Draft): void {
  if (draft.state.stage !== 'queued') return;
  const minutes = draft.state.facts.queuedTimeoutMs / 60_000;
  endPhase(draft, draft.context.now, 'TIMED_OUT', {
    statusCode: 'BUILD_QUEUE_TIMED_OUT',
    message: `The build waited longer than ${minutes} minutes in the queue`,
  });
  finish(draft, 'TIMED_OUT');
}

function startDownload(draft: Draft, at: number): void {
  if (draft.state.stage !== 'preparing' || draft.state.phases.at(-1)?.type !== 'PROVISIONING') return;
  endPhase(draft, at, 'SUCCEEDED');
  startPhase(draft, 'DOWNLOAD_SOURCE', at);
}

function takePrepared(draft: Draft, input: BuildInput & { kind: 'prepared' }): void {
  if (draft.state.stage !== 'preparing') return;
  startDownload(draft, input.provisionedAt);
  endPhase(draft, input.downloadedAt, 'SUCCEEDED');
  change(draft, {
    stage: 'running',
    collects: input.collects,
    ...(input.retries.length > 0 ? { retries: input.retries } : {}),
    ...(input.tolerates?.length ? { tolerates: input.tolerates } : {}),
    ...(input.resolvedSourceVersion === undefined
      ? {}
      : { resolvedSourceVersion: input.resolvedSourceVersion }),
  });
}

function failPreparation(draft: Draft, input: BuildInput & { kind: 'prepare-failed' }): void {
  if (draft.state.stage !== 'preparing') return;
  if (input.phase === 'DOWNLOAD_SOURCE') startDownload(draft, input.provisionedAt);
  const status = input.fault ? 'FAULT' : 'FAILED';
  endPhase(draft, draft.context.now, status, input.context);
  finish(draft, status);
}

/** Somebody, or the time limit, ends the build. A run is told to end and has the last word; before, it ends at once. */
function interrupt(draft: Draft, why: 'stop' | 'timeout'): void {
  const { stage, facts, stopping } = draft.state;
  const id = buildId(facts);
  if (stopping !== undefined || stage === 'collecting') return;
  if (stage === 'running') {
    change(draft, { stopping: why });
    draft.history.push({ kind: 'interrupted', data: { why } });
    draft.tasks.push({ kind: 'codebuild.cancel', key: taskKey(id, 'cancel'), payload: { buildId: id } });
    return;
  }
  if (stage === 'queued' && why === 'timeout') return;
  draft.cancel.push(taskKey(id, 'prepare'));
  const status = why === 'stop' ? 'STOPPED' : 'TIMED_OUT';
  endPhase(draft, draft.context.now, status, interruption(why, facts.timeoutMs));
  finish(draft, status);
}
