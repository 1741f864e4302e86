import type { ReplyInput } from '../../../../kernel/transitions/reply.ts';
import { change, type Draft, endPhase, startPhase } from './draft.ts';
import { stateChange } from './events.ts';
import { taskKey } from './keys.ts';
import { type BuildState, buildId, type EndStatus, failedPhase } from './state.ts';

/** The last step of every build: FINALIZING, COMPLETED, the events, the reply, and what frees its slot. */
export function finish(draft: Draft, status: EndStatus): void {
  const { now, scope } = draft.context;
  const id = buildId(draft.state.facts);
  const held = draft.state.stage !== 'queued';
  startPhase(draft, 'FINALIZING', now);
  endPhase(draft, now, 'SUCCEEDED');
  startPhase(draft, 'COMPLETED', now);
  change(draft, { stage: 'ended', status, endTime: now });
  draft.history.push({ kind: 'ended', data: { status } });
  draft.bus.push(stateChange(draft.state, scope));
  draft.cancel.push(taskKey(id, held ? 'deadline' : 'queue-limit'));
  const payload = { buildId: id };
  draft.tasks.push({ kind: 'codebuild.cleanup', key: taskKey(id, 'cleanup'), payload });
  if (held) draft.tasks.push({ kind: 'codebuild.dispatch', key: taskKey(id, 'dispatch'), payload });
  if (mayRetry(draft.state))
    draft.tasks.push({ kind: 'codebuild.retry', key: taskKey(id, 'retry'), payload });
  const { replyTo } = draft.state;
  if (replyTo) draft.messages.push({ to: replyTo.to, input: replyOf(draft.state, replyTo.token) });
}

/** Whether the failure may be answered by a new build; the task looks at its message. */
function mayRetry(state: BuildState): boolean {
  if (state.status !== 'FAILED' || state.replyTo) return false;
  const { limit, number } = state.facts.retry;
  const failed = failedPhase(state);
  return (
    number < limit ||
    (state.retries ?? []).some((retry) => retry.phase === failed?.type && number < retry.count)
  );
}

/** What the asking aggregate is told. A failed build is `JobFailed` for a pipeline, in the words AWS uses. */
export function replyOf(state: BuildState, token: string): ReplyInput {
  const base = { kind: 'reply', token, externalId: buildId(state.facts) } as const;
  if (state.status === 'SUCCEEDED') {
    return {
      ...base,
      outcome: 'succeeded',
      summary: `Build #${state.facts.number} succeeded`,
      outputs: state.exported,
    };
  }
  return {
    ...base,
    outcome: state.status === 'STOPPED' ? 'stopped' : 'failed',
    summary: failureSummary(state),
    errorCode: 'JobFailed',
    outputs: state.exported,
  };
}

export function failureSummary(state: BuildState): string {
  const failed = failedPhase(state);
  const why = failed?.context
    ? `. Phase: ${failed.type}, Code: ${failed.context.statusCode}, Message: ${failed.context.message}`
    : '';
  return `Build terminated with state: ${state.status}${why}`;
}
