import { shorten } from '../../../../pure/shorten.ts';
import { type Effect, laneId, type Moment, type OutMessage, type StateEvent, type Step } from '../step.ts';
import { type ActionNote, type ActionRun, type ExecutionState, timeoutKey } from './state.ts';

/** Of all actions of a stage, in its state. */
const MAX_FAILURE = 240;
/** Of the one action that changed. */
const MAX_NOTE = 2048;

/** A decision in the making: the new state and everything that goes out with it. Lives for one call of `decide`. */
export interface Draft {
  state: ExecutionState;
  readonly executionId: string;
  readonly moment: Moment;
  readonly events: StateEvent[];
  readonly effects: Effect[];
  readonly messages: OutMessage[];
  readonly history: { kind: string; data?: unknown }[];
}

export function draftOf(state: ExecutionState, executionId: string, moment: Moment): Draft {
  return {
    state: { ...withoutNotes(state), updatedAt: moment.now },
    executionId,
    moment,
    events: [],
    effects: [],
    messages: [],
    history: [],
  };
}

export function finish(draft: Draft): Step<ExecutionState> {
  const { state, events, effects, messages, history } = draft;
  return { state, events, effects, messages, history };
}

/** Notes are for the projection of the transition that made them. */
function withoutNotes(state: ExecutionState): ExecutionState {
  if (!state.stage?.actions.some((action) => action.note)) return state;
  const actions = state.stage.actions.map(({ note: _note, ...action }) => action);
  return { ...state, stage: { ...state.stage, actions } };
}

export function setAction(draft: Draft, index: number, change: Partial<ActionRun>): void {
  const stage = draft.state.stage;
  if (!stage) return;
  const actions = stage.actions.map((action, n) => (n === index ? { ...action, ...change } : action));
  draft.state = { ...draft.state, stage: { ...stage, actions } };
}

/** Whatever providers say, the state stays small: a longer text loses its middle, and what nobody can read. */
export function boundedNote(note: ActionNote): ActionNote {
  const { summary, errorMessage } = note;
  return {
    ...note,
    ...(summary === undefined ? {} : { summary: readable(summary, MAX_NOTE) }),
    ...(errorMessage === undefined ? {} : { errorMessage: readable(errorMessage, MAX_NOTE) }),
  };
}

function readable(text: string, max: number): string {
  return shorten(text.toWellFormed().replaceAll(/[^\P{Cc}\n\t]/gu, ''), max);
}

/** Ends an action and everything that was outstanding for it. */
export function endAction(
  draft: Draft,
  index: number,
  status: 'Succeeded' | 'Failed' | 'Abandoned',
  note: ActionNote,
): void {
  const action = draft.state.stage?.actions[index];
  if (action?.id == null) return;
  draft.effects.push({ kind: 'cancel-timer', key: timeoutKey(action.id) });
  setAction(draft, index, {
    status,
    updatedAt: draft.moment.now,
    announced: true,
    waiting: false,
    approvalUntil: null,
    failure: status === 'Failed' ? inOneLine(note.errorMessage ?? note.summary ?? '') : null,
    note: boundedNote(note),
  });
}

function inOneLine(text: string): string {
  return readable(text.replaceAll(/\s+/g, ' '), MAX_FAILURE);
}

/** The action that a token stands for, while its answer is still wanted. */
export function outstanding(
  state: ExecutionState,
  token: string,
): { readonly index: number; readonly action: ActionRun } | undefined {
  const actions = state.stage?.actions ?? [];
  const index = actions.findIndex((action) => action.id === token && action.status === 'InProgress');
  const action = actions[index];
  return action && { index, action };
}

export function pipelineEvent(
  draft: Draft,
  state: string,
  more: Readonly<Record<string, unknown>> = {},
): void {
  const { pipelineName, version } = draft.state;
  draft.events.push({
    detailType: 'CodePipeline Pipeline Execution State Change',
    pipelineName,
    detail: {
      pipeline: pipelineName,
      'execution-id': draft.executionId,
      'start-time': new Date(draft.state.startedAt).toISOString(),
      state,
      version,
      ...more,
    },
  });
}

export function stageEvent(draft: Draft, stage: string, state: string): void {
  const { pipelineName, version } = draft.state;
  draft.events.push({
    detailType: 'CodePipeline Stage Execution State Change',
    pipelineName,
    detail: {
      pipeline: pipelineName,
      'execution-id': draft.executionId,
      'start-time': new Date(draft.state.stage?.startedAt ?? draft.moment.now).toISOString(),
      stage,
      state,
      version,
    },
  });
}

export function tellLane(draft: Draft, stage: string, kind: 'leave' | 'withdraw' | 'enter'): void {
  const { pipelineId, order, mode } = draft.state;
  const { executionId } = draft;
  const at = { pipelineId, stage, executionId };
  draft.messages.push({
    to: 'lane',
    id: laneId(pipelineId, stage),
    input: kind === 'enter' ? { kind, ...at, order, mode } : { kind, ...at },
  });
}
