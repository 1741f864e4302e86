import { Fault } from '../../../../kernel/errors.ts';
import type { AggregateType, DecideContext, Decision } from '../../../../kernel/transitions/port.ts';
import type { DeploymentInput } from '../deployment/inputs.ts';
import { DEPLOYMENT_KIND, TARGET_KIND } from '../deployment/state.ts';
import { watchKey } from '../ids.ts';
import { instanceBusEvent } from './bus.ts';
import type { StoredReport, TargetInput } from './inputs.ts';
import { type LifecycleEvent, PENDING_EVENTS, type Target } from './state.ts';

type Decided = Decision<Target>;

/** The state machine of one host in one deployment. It ends exactly once. */
export function decideTarget(state: Target | undefined, input: TargetInput, context: DecideContext): Decided {
  if (input.kind === 'create') return { state: state ?? create(input, context) };
  if (!state) throw new Fault(`target ${context.ref.id} was never created`);
  if (state.command === 'over') return { state };
  switch (input.kind) {
    case 'start':
      return start(state, context);
    case 'skip':
      return end(withUnusable(state, input.unusable), 'Skipped', '', context);
    case 'stop':
      return stop(state, input.reason, context);
    case 'claim':
      return claim(state, input.epoch, context);
    case 'report':
      return report(state, input, context);
    case 'agent-lost':
      return lost(state, input.message, context);
  }
}

export const targetAggregate: AggregateType<Target, TargetInput> = {
  kind: TARGET_KIND,
  version: 1,
  decide: decideTarget,
};

/** A revision that cannot be deployed is told of where its download would have been. No host was touched. */
function withUnusable(state: Target, message: string | undefined): Target {
  if (message === undefined) return state;
  const events = state.events.map(
    (event): LifecycleEvent =>
      event.name === 'DownloadBundle'
        ? { ...event, status: 'Failed', diagnostics: { errorCode: 'UnknownError', message } }
        : event,
  );
  return { ...state, events };
}

function create(input: Extract<TargetInput, { kind: 'create' }>, context: DecideContext): Target {
  const { deploymentId, host, group, revision } = input;
  return {
    deploymentId,
    host,
    group,
    revision,
    status: 'Pending',
    command: 'none',
    epoch: 0,
    lastSequence: 0,
    stopReason: undefined,
    lost: false,
    events: PENDING_EVENTS,
    lastUpdatedAt: context.now,
  };
}

function start(state: Target, context: DecideContext): Decided {
  if (state.command !== 'none') return { state };
  return {
    state: { ...state, status: 'InProgress', command: 'waiting', lastUpdatedAt: context.now },
    history: [{ kind: 'started' }],
    tasks: [
      {
        kind: 'codedeploy.watch',
        key: watchKey(context.ref.id),
        payload: { deploymentId: state.deploymentId, host: state.host, since: context.now },
      },
    ],
  };
}

function stop(state: Target, reason: string, context: DecideContext): Decided {
  if (state.command !== 'handed') return end(state, 'Skipped', reason, context);
  if (state.stopReason !== undefined) return { state };
  return { state: { ...state, stopReason: reason, lastUpdatedAt: context.now } };
}

function claim(state: Target, epoch: number, context: DecideContext): Decided {
  if (state.command === 'none' || epoch <= state.epoch) return { state };
  const first = state.command === 'waiting';
  return {
    state: { ...state, command: 'handed', epoch, lastUpdatedAt: context.now },
    history: [{ kind: 'claimed', data: { epoch } }],
    bus: first ? [instanceBusEvent(state, 'START', context.scope)] : [],
  };
}

/** Reports of an older session, repeated ones and those after a gap have no effect. */
function report(
  state: Target,
  input: Extract<TargetInput, { kind: 'report' }>,
  context: DecideContext,
): Decided {
  if (state.command !== 'handed' || input.epoch !== state.epoch) return { state };
  let next = state;
  for (const item of input.reports) {
    if (item.sequence <= next.lastSequence) continue;
    if (item.sequence !== next.lastSequence + 1) break;
    next = { ...next, lastSequence: item.sequence, lastUpdatedAt: context.now };
    if (item.kind === 'CommandEnded') return commandEnded(next, item, context);
    next = { ...next, events: applyEvent(next.events, item, context.now) };
  }
  return { state: next };
}

/** The host's clock may be wrong: its times are held between the event's start and now. */
function applyEvent(
  events: readonly LifecycleEvent[],
  item: StoredReport,
  now: number,
): readonly LifecycleEvent[] {
  const earliest = Math.max(0, ...events.map((event) => event.endTime ?? event.startTime ?? 0));
  const at = Math.min(now, Math.max(item.at, earliest));
  return events.map((event): LifecycleEvent => {
    if (event.name !== item.event || event.endTime !== undefined) return event;
    if (item.kind === 'EventStarted') return { ...event, status: 'InProgress', startTime: at };
    return {
      ...event,
      status: item.status ?? 'Failed',
      startTime: event.startTime ?? at,
      endTime: at,
      diagnostics: item.diagnostics,
    };
  });
}

function commandEnded(state: Target, item: StoredReport, context: DecideContext): Decided {
  const failed = state.events.find((event) => event.status === 'Failed');
  if (item.status === 'Succeeded') return end(state, 'Succeeded', '', context);
  const reason = item.diagnostics?.message ?? failed?.diagnostics?.message ?? 'the agent gave no reason';
  const tail = item.diagnostics?.logTail ?? failed?.diagnostics?.logTail ?? '';
  const next = failRunning(state, reason, context);
  return end(next, 'Failed', `${whereOf(next)}${reason}${lastLines(tail)}`, context);
}

function lost(state: Target, message: string, context: DecideContext): Decided {
  const next: Target = { ...failRunning(state, message, context), lost: true };
  const working = state.events.some((event) => event.status === 'InProgress');
  return end(next, 'Failed', `${working ? whereOf(next) : ''}${message}`, context);
}

function whereOf(state: Target): string {
  const failed = state.events.find((event) => event.status === 'Failed');
  return failed ? `${failed.name}: ` : '';
}

const SHOWN_LINES = 3;
const SHOWN_CHARACTERS = 120;

/** The end of a script's output in a few characters, for places that show one text only. */
function lastLines(logTail: string): string {
  const lines = logTail.split('\n').filter((line) => line.trim() !== '');
  return lines
    .slice(-SHOWN_LINES)
    .map((line) => `\n    ${line.slice(0, SHOWN_CHARACTERS).toWellFormed()}`)
    .join('');
}

/** Whatever was under way when the host fails has failed too; else what would have come next, so that it shows why. */
function failRunning(state: Target, message: string, context: DecideContext): Target {
  const index = state.events.findIndex((event) => event.status === 'InProgress');
  const known = state.events.some((event) => event.status === 'Failed');
  const next = known ? -1 : state.events.findIndex((event) => event.status === 'Pending');
  const events = state.events.map((event, n): LifecycleEvent => {
    if (n !== (index < 0 ? next : index)) return event;
    return {
      ...event,
      status: 'Failed',
      startTime: event.startTime ?? context.now,
      endTime: context.now,
      diagnostics: { errorCode: 'UnknownError', message },
    };
  });
  return { ...state, events };
}

function end(
  state: Target,
  status: 'Succeeded' | 'Failed' | 'Skipped',
  message: string,
  context: DecideContext,
): Decided {
  const events = state.events.map((event): LifecycleEvent => {
    if (event.status === 'Pending') return { ...event, status: 'Skipped' };
    return event.status === 'InProgress' ? { ...event, status, endTime: context.now } : event;
  });
  const ended: Target = { ...state, status, command: 'over', events, lastUpdatedAt: context.now };
  const bus = { Succeeded: 'SUCCESS', Failed: 'FAILURE', Skipped: undefined } as const;
  const busState = bus[status];
  return {
    state: ended,
    history: [{ kind: 'ended', data: { status, message } }],
    bus: busState === undefined ? [] : [instanceBusEvent(state, busState, context.scope)],
    cancel: [watchKey(context.ref.id)],
    messages: [
      {
        to: { kind: DEPLOYMENT_KIND, id: state.deploymentId },
        input: targetEnded(state.host, status, message),
      },
    ],
  };
}

function targetEnded(
  host: string,
  status: 'Succeeded' | 'Failed' | 'Skipped',
  message: string,
): DeploymentInput {
  return { kind: 'target-ended', host, status, message };
}
