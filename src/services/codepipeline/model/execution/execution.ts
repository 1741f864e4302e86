import { Refusal } from '../refusal.ts';
import type { Moment, Step } from '../step.ts';
import { answer, finished, reply, started, timeout, waiting } from './answers.ts';
import { cancel, retry, stop } from './commands.ts';
import { draftOf, finish, pipelineEvent, tellLane } from './draft.ts';
import type { ExecutionInput } from './inputs.ts';
import { beginStage, endExecution, openStage, retryByItself } from './run.ts';
import { type ExecutionState, stageName } from './state.ts';

/** The state machine of one execution. Answers that nobody waits for any more change nothing. */
export function decideExecution(
  state: ExecutionState | undefined,
  input: ExecutionInput,
  executionId: string,
  moment: Moment,
): Step<ExecutionState> {
  if (input.kind === 'start') return state ? { state } : start(input, executionId, moment);
  if (!state) {
    throw new Refusal('PipelineExecutionNotFoundException', `Could not find the execution ${executionId}`);
  }
  const context = { executionId, moment };
  switch (input.kind) {
    case 'granted':
      return granted(state, input.stage, executionId, moment);
    case 'superseded':
      return superseded(state, input.by, executionId, moment);
    case 'opened': {
      if (state.phase !== 'opening' || state.turn !== input.turn) return { state };
      const draft = draftOf(state, executionId, moment);
      beginStage(draft, input.plan);
      return finish(draft);
    }
    case 'started':
      return started(state, input, context);
    case 'waiting':
      return waiting(state, input, context);
    case 'finished':
      return finished(state, input, context);
    case 'reply':
      return reply(state, input, context);
    case 'timeout':
      return timeout(state, input, context);
    case 'answer':
      return answer(state, input, context);
    case 'stop':
      return stop(state, input, executionId, moment);
    case 'retry':
      return retry(state, input, executionId, moment);
    case 'auto-retry': {
      const due = state.phase === 'running' && state.stage?.status === 'Failed';
      if (!due || state.stage?.name !== input.stage) return { state };
      const draft = draftOf(state, executionId, moment);
      retryByItself(draft);
      return finish(draft);
    }
    case 'cancel':
      return cancel(state, executionId, moment);
  }
}

function start(
  input: ExecutionInput & { kind: 'start' },
  executionId: string,
  moment: Moment,
): Step<ExecutionState> {
  const { kind: _, plans, ...given } = input;
  const draft = draftOf(
    {
      ...given,
      plans: plans ?? null,
      status: 'InProgress',
      statusSummary: null,
      startedAt: moment.now,
      updatedAt: moment.now,
      position: 0,
      phase: 'waiting',
      turn: 0,
      stage: null,
      stop: null,
      supersededBy: null,
    },
    executionId,
    moment,
  );
  const { type, detail, facts } = input.trigger;
  pipelineEvent(draft, 'STARTED', {
    'execution-trigger': { 'trigger-type': type, 'trigger-detail': detail, ...facts },
  });
  tellLane(draft, stageName(draft.state), 'enter');
  return finish(draft);
}

function granted(
  state: ExecutionState,
  stage: string,
  executionId: string,
  moment: Moment,
): Step<ExecutionState> {
  if (state.phase === 'waiting' && stageName(state) === stage) {
    const draft = draftOf(state, executionId, moment);
    openStage(draft);
    return finish(draft);
  }
  const inside = state.phase !== 'ended' && stageName(state) === stage;
  if (inside) return { state };
  // It ended or went elsewhere meanwhile: the lane must not wait for it.
  const draft = draftOf(state, executionId, moment);
  tellLane(draft, stage, 'leave');
  return { state, messages: draft.messages };
}

function superseded(
  state: ExecutionState,
  by: string,
  executionId: string,
  moment: Moment,
): Step<ExecutionState> {
  if (state.phase !== 'waiting') return { state };
  const draft = draftOf(state, executionId, moment);
  draft.state = { ...draft.state, supersededBy: by };
  draft.history.push({ kind: 'superseded', data: { by } });
  endExecution(draft, 'Superseded', 'Stopped', `Superseded by execution ${by}`);
  return finish(draft);
}
