import type { TaskRequest } from '../../../../kernel/tasks/port.ts';
import type {
  BusEvent,
  DecideContext,
  Decision,
  HistoryEvent,
  Message,
} from '../../../../kernel/transitions/port.ts';
import { phaseChange } from './events.ts';
import {
  type BuildState,
  type EndStatus,
  openPhase,
  type PhaseContext,
  type PhaseRecord,
  type PhaseType,
} from './state.ts';

/** A decision being put together. Lives only inside one call of `decide`. */
export interface Draft {
  state: BuildState;
  readonly context: DecideContext;
  readonly history: HistoryEvent[];
  readonly bus: BusEvent[];
  readonly tasks: TaskRequest[];
  readonly cancel: string[];
  readonly messages: Message[];
}

export function openDraft(state: BuildState, context: DecideContext): Draft {
  return { state, context, history: [], bus: [], tasks: [], cancel: [], messages: [] };
}

export function closeDraft(draft: Draft): Decision<BuildState> {
  const { state, history, bus, tasks, cancel, messages } = draft;
  return { state, history, bus, tasks, cancel, messages };
}

export function change(draft: Draft, part: Partial<BuildState>): void {
  draft.state = { ...draft.state, ...part };
}

export function startPhase(draft: Draft, type: PhaseType, at: number): void {
  change(draft, { phases: [...draft.state.phases, { type, start: at }] });
  draft.history.push({ kind: 'phase-started', data: { phase: type, at } });
}

/** Ends the phase under way, if there is one, and tells the bus. */
export function endPhase(
  draft: Draft,
  at: number,
  status: EndStatus,
  context?: PhaseContext,
  more: Pick<PhaseRecord, 'tolerated'> = {},
): void {
  const open = openPhase(draft.state);
  if (!open) return;
  const ended = { ...open, end: Math.max(at, open.start), status, ...(context ? { context } : {}), ...more };
  change(draft, { phases: draft.state.phases.map((phase) => (phase === open ? ended : phase)) });
  draft.history.push({ kind: 'phase-ended', data: { phase: open.type, status, at: ended.end, context } });
  draft.bus.push(phaseChange(draft.state, ended, draft.context.scope));
}
