import type { ExecutionMode, RetryMode } from '../definition.ts';
import { Refusal } from '../refusal.ts';
import { laneId, type Moment, type OutMessage, type Step } from '../step.ts';

/** An execution as lanes know it. `order` rises with every start in its pipeline. */
export interface Occupant {
  readonly executionId: string;
  readonly order: number;
}

/**
 * One stage of one pipeline: who is inside and who may enter next. Executions that wait in QUEUED and PARALLEL mode are
 * rows of the room (a queue may be long); the one that waits in SUPERSEDED mode stands here.
 */
export interface LaneState {
  readonly pipelineId: string;
  readonly stage: string;
  readonly enabled: boolean;
  /** Why, since when and by whom the transition is as it is. */
  readonly reason?: string;
  readonly changedAt?: number;
  readonly changedBy?: string;
  /** True once the pipeline is gone: nobody enters any more. */
  readonly closed: boolean;
  readonly holder: Occupant | null;
  /** Whoever entered last. Only this one may retry. */
  readonly newest: Occupant | null;
  readonly waiter: Occupant | null;
  /** Rows may be waiting. */
  readonly queue: boolean;
  /** A pick is under way; its token. */
  readonly picking: number | null;
  /** Somebody joined the queue while a pick was under way, so an empty answer is not the truth. */
  readonly joined: boolean;
  readonly picks: number;
}

interface At {
  readonly pipelineId: string;
  readonly stage: string;
}

export type LaneInput =
  | ({ readonly kind: 'enter'; readonly mode: ExecutionMode } & At & Occupant)
  | ({ readonly kind: 'leave'; readonly executionId: string } & At)
  | ({ readonly kind: 'withdraw'; readonly executionId: string } & At)
  | ({
      readonly kind: 'picked';
      readonly token: number;
      readonly picked: (Occupant & { readonly mode: ExecutionMode }) | null;
    } & At)
  | ({
      readonly kind: 're-enter';
      readonly mode: ExecutionMode;
      readonly retryMode: RetryMode;
      readonly by: string;
    } & At &
      Occupant)
  | ({ readonly kind: 'disable'; readonly reason: string; readonly by: string } & At)
  | ({ readonly kind: 'enable'; readonly by: string } & At)
  | ({ readonly kind: 'close' } & At);

export function emptyLane(pipelineId: string, stage: string): LaneState {
  return {
    pipelineId,
    stage,
    enabled: true,
    closed: false,
    holder: null,
    newest: null,
    waiter: null,
    queue: false,
    picking: null,
    joined: false,
    picks: 0,
  };
}

export function decideLane(before: LaneState | undefined, input: LaneInput, moment: Moment): Step<LaneState> {
  const state = before ?? emptyLane(input.pipelineId, input.stage);
  switch (input.kind) {
    case 'enter':
      return enter(state, input);
    case 'leave':
      if (state.holder?.executionId !== input.executionId) return { state };
      return admit({ ...state, holder: null });
    case 'withdraw':
      if (state.waiter?.executionId !== input.executionId) return { state };
      return { state: { ...state, waiter: null } };
    case 'picked':
      return picked(state, input);
    case 're-enter':
      return reEnter(state, input);
    case 'disable':
      return {
        state: {
          ...state,
          enabled: false,
          reason: input.reason,
          changedAt: moment.now,
          changedBy: input.by,
          picking: null,
          queue: state.queue || state.picking !== null,
        },
        history: [{ kind: 'transition-disabled', data: { reason: input.reason, by: input.by } }],
      };
    case 'enable': {
      if (state.enabled) return { state };
      const { reason: _, ...rest } = state;
      const step = admit({ ...rest, enabled: true, changedAt: moment.now, changedBy: input.by });
      return { ...step, history: [{ kind: 'transition-enabled', data: { by: input.by } }] };
    }
    case 'close':
      return state.closed ? { state } : { state: { ...state, closed: true, picking: null } };
  }
}

function isFree(state: LaneState): boolean {
  return state.holder === null && state.enabled && !state.closed && state.picking === null;
}

function enter(state: LaneState, input: LaneInput & { kind: 'enter' }): Step<LaneState> {
  const { executionId, order, mode } = input;
  if (mode !== 'SUPERSEDED') {
    const open = mode === 'PARALLEL' ? state.enabled && !state.closed : isFree(state);
    if (open) return grant(state, { executionId, order }, mode);
    return { state: { ...state, queue: true, joined: state.picking !== null || state.joined } };
  }
  const newer = [state.waiter, state.newest].find((other) => other !== null && other.order > order);
  if (newer) return { state, messages: [superseded(executionId, newer)] };
  if (isFree(state) && !state.queue) return grant(state, { executionId, order }, mode);
  const messages = state.waiter ? [superseded(state.waiter.executionId, { executionId, order })] : [];
  const waiting = { ...state, waiter: { executionId, order } };
  if (!isFree(state)) return { state: waiting, messages };
  const step = admit(waiting);
  return { ...step, messages: [...messages, ...(step.messages ?? [])] };
}

/** Lets the next one in, if anybody may enter: first the queue, then the one that waits in SUPERSEDED mode. */
function admit(state: LaneState): Step<LaneState> {
  if (!isFree(state)) return { state };
  if (state.queue) {
    const token = state.picks + 1;
    return {
      state: { ...state, picking: token, picks: token, joined: false },
      effects: [{ kind: 'pick-waiter', laneId: laneId(state.pipelineId, state.stage), token }],
    };
  }
  if (state.waiter) return grant({ ...state, waiter: null }, state.waiter, 'SUPERSEDED');
  return { state };
}

function picked(state: LaneState, input: LaneInput & { kind: 'picked' }): Step<LaneState> {
  if (state.picking !== input.token) return { state };
  const idle = { ...state, picking: null };
  if (input.picked === null) return admit({ ...idle, queue: state.joined, joined: false });
  const { mode, ...occupant } = input.picked;
  const { waiter } = state;
  // The mode was edited while somebody waited: an older revision must not come after a newer one.
  if (mode !== 'PARALLEL' && waiter && waiter.order < occupant.order) {
    return grant({ ...idle, waiter: null }, waiter, 'SUPERSEDED');
  }
  const step = grant(idle, occupant, mode);
  if (mode !== 'PARALLEL') return step;
  const next = admit(step.state);
  return { ...next, messages: [...(step.messages ?? []), ...(next.messages ?? [])] };
}

function grant(state: LaneState, occupant: Occupant, mode: ExecutionMode): Step<LaneState> {
  const { executionId, order } = occupant;
  const inside = { executionId, order };
  return {
    state: mode === 'PARALLEL' ? { ...state } : { ...state, holder: inside, newest: inside },
    messages: [{ to: 'execution', id: executionId, input: { kind: 'granted', stage: state.stage } }],
  };
}

function superseded(executionId: string, by: Occupant): OutMessage {
  return { to: 'execution', id: executionId, input: { kind: 'superseded', by: by.executionId } };
}

function reEnter(state: LaneState, input: LaneInput & { kind: 're-enter' }): Step<LaneState> {
  const { executionId, order, retryMode, by } = input;
  const retry: OutMessage = {
    to: 'execution',
    id: executionId,
    input: { kind: 'retry', stage: state.stage, mode: retryMode, by },
  };
  if (input.mode === 'PARALLEL') return { state, messages: [retry] };
  if (state.newest && state.newest.executionId !== executionId) {
    throw new Refusal(
      'NotLatestPipelineExecutionException',
      `The execution ${executionId} is not the latest execution of stage ${state.stage}: ${state.newest.executionId} has entered it since`,
    );
  }
  const inside = { executionId, order };
  return {
    state: {
      ...state,
      holder: inside,
      newest: inside,
      picking: null,
      queue: state.queue || state.picking !== null,
    },
    messages: [retry],
  };
}
