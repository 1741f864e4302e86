import {
  type ExecutionState,
  isEnded,
  stageName,
  timeoutKey,
} from '../../src/services/codepipeline/model/execution/state.ts';
import { laneId } from '../../src/services/codepipeline/model/step.ts';
import type { World, WorldStage } from './world.ts';

/** Checked hundreds of thousands of times, hence without an assertion library. */
function law(holds: boolean, text: () => string): void {
  if (!holds) throw new Error(`it must hold: ${text()}`);
}

/** What holds at every moment, whatever happened before. */
export function checkAlways(world: World, stages: readonly WorldStage[]): void {
  for (const { name } of stages) checkLane(world, name);
  const running: string[] = [];
  for (const [id, state] of world.executions) {
    checkRunOrder(state);
    checkTurns(state);
    const inProgress = (state.stage?.actions ?? []).filter((action) => action.status === 'InProgress');
    law(state.phase === 'running' || inProgress.length === 0, () => `nothing of ${id} runs outside a stage`);
    running.push(...inProgress.map((action) => action.id ?? ''));
    if (state.status === 'Superseded') checkOvertaken(world, state, id);
  }
  checkWork(world, running);
}

/** One inside and one who may be replaced (B3.1); both are where the lane believes them to be. */
function checkLane(world: World, name: string): void {
  const modeOf = (id: string) => world.execution(id).mode;
  const inside = world.inside(name).filter((id) => modeOf(id) !== 'PARALLEL');
  law(inside.length <= 1, () => `one execution is in stage ${name}, not ${inside.join(', ')}`);
  const waiting = world.waiting(name);
  const replaceable = waiting.filter(([id]) => modeOf(id) === 'SUPERSEDED');
  law(replaceable.length <= 1, () => `one execution waits in front of ${name} to be overtaken`);
  const lane = world.lanes.get(laneId('p', name));
  law(lane?.holder?.executionId === inside[0], () => `the lane of ${name} knows who is inside`);
  law(lane?.waiter?.executionId === replaceable[0]?.[0], () => `the lane of ${name} knows who waits`);
  // Unless somebody is just being called.
  const called = world.effects.some((effect) => 'laneId' in effect && effect.laneId === laneId('p', name));
  const idle = lane?.enabled === true && !lane.closed && lane.holder === null && !called;
  law(!idle || waiting.length === 0, () => `nobody waits in front of ${name}, which is open and empty`);
}

/** Nobody starts before everything of a lower run order has succeeded (B1.3). */
function checkRunOrder(state: ExecutionState): void {
  if (state.phase !== 'running') return;
  const actions = state.stage?.actions ?? [];
  for (const action of actions) {
    if (action.status !== 'InProgress') continue;
    const lower = actions.filter((other) => other.runOrder < action.runOrder);
    law(
      lower.every((other) => other.status === 'Succeeded'),
      () => `what is before ${action.name} has succeeded`,
    );
  }
}

/** Nobody waits for a turn who has ended, or whose execution is to stop. */
function checkTurns(state: ExecutionState): void {
  for (const { status, waiting, name } of state.stage?.actions ?? []) {
    law(!waiting || (status === 'InProgress' && state.stop === null), () => `${name} waits and may begin`);
  }
}

/** By a newer one, and never inside a stage (B3.1). */
function checkOvertaken(world: World, state: ExecutionState, id: string): void {
  const by = world.execution(state.supersededBy ?? '');
  law(by.order > state.order, () => `${id} gives way to a newer one`);
  law(state.stage === null || state.stage.status === 'Succeeded', () => `${id} is overtaken between stages`);
}

/** Each action that runs has one timer and was started once; only work that nobody waits for is stopped. */
function checkWork(world: World, running: readonly string[]): void {
  const timed = running.every((id) => world.timers.has(timeoutKey(id)));
  law(timed && world.timers.size === running.length, () => 'timers are those of running actions');
  const begun = new Set(world.begun);
  law(begun.size === world.begun.length, () => 'an action execution is started once');
  law(
    running.every((id) => begun.has(id)),
    () => 'what runs was started',
  );
  law(!running.some((id) => world.stopped.includes(id)), () => 'only work that nobody waits for is stopped');
}

const AFTER_START = ['STOPPING', 'SUCCEEDED', 'FAILED', 'CANCELED'];
const STAGE_EVENTS: Readonly<Record<string, readonly string[]>> = {
  '': ['STARTED'],
  STARTED: AFTER_START,
  RESUMED: AFTER_START,
  STOPPING: ['STOPPED', 'CANCELED'],
  FAILED: ['RESUMED'],
  STOPPED: ['RESUMED'],
};
const PIPELINE_EVENTS: Readonly<Record<string, readonly string[]>> = {
  ...STAGE_EVENTS,
  STARTED: [...AFTER_START, 'SUPERSEDED'],
  RESUMED: [...AFTER_START, 'SUPERSEDED'],
};
const EVENTS_OF: Readonly<Record<ExecutionState['status'], readonly string[]>> = {
  InProgress: ['STARTED', 'RESUMED'],
  Stopping: ['STOPPING'],
  Stopped: ['STOPPED'],
  Succeeded: ['SUCCEEDED'],
  Superseded: ['SUPERSEDED'],
  Failed: ['FAILED'],
  Cancelled: ['CANCELED'],
};

/** Events tell a story in the order of things, which ends as the execution did. */
export function checkEvents(world: World): void {
  for (const [id, state] of world.executions) {
    const own = world.events.filter((event) => event.detail['execution-id'] === id);
    const told = (stage?: string) =>
      own.filter((event) => event.detail['stage'] === stage).map((event) => String(event.detail['state']));
    const last = follows(told(), PIPELINE_EVENTS);
    law(EVENTS_OF[state.status].includes(last), () => `${id} is ${state.status}, its last event is ${last}`);
    const ends = state.stages.slice(0, state.position + 1).map((stage) => follows(told(stage), STAGE_EVENTS));
    const left = state.status === 'Succeeded' ? ends : ends.slice(0, -1);
    law(
      left.every((end) => end === 'SUCCEEDED'),
      () => `${id} has left stages by success only: ${ends.join(' ')}`,
    );
    const ahead = state.stages.slice(state.position + 1).flatMap((stage) => told(stage));
    law(ahead.length === 0, () => `nothing is told of stages that ${id} did not reach: ${ahead.join(' ')}`);
  }
}

/** The last event; refuses one that does not follow from the one before. */
function follows(states: readonly string[], next: Readonly<Record<string, readonly string[]>>): string {
  return states.reduce((before, state) => {
    law(next[before]?.includes(state) ?? false, () => `${state} follows ${before}: ${states.join(' ')}`);
    return state;
  }, '');
}

/** Nobody of SUPERSEDED mode enters a stage that a newer one has entered (B3.1); in QUEUED mode all keep their order. */
export function checkOrder(world: World, stages: readonly WorldStage[], strict: boolean): void {
  for (const { name } of stages) {
    let newest = 0;
    for (const { stage, executionId, order } of world.entered) {
      const { mode } = world.execution(executionId);
      if (stage !== name || mode === 'PARALLEL') continue;
      const late = order < newest && (strict || mode === 'SUPERSEDED');
      law(!late, () => `${executionId} enters ${name} before newer ones do`);
      newest = Math.max(newest, order);
    }
  }
}

/** What one step may and may not change. */
export function checkStep(
  before: ReadonlyMap<string, ExecutionState>,
  world: World,
  kind: string,
  open: ReadonlyMap<string, boolean>,
): void {
  for (const [id, now] of world.executions) {
    const old = before.get(id);
    if (old === now) continue;
    law(JSON.stringify(now).length < 64 * 1024, () => `the state of ${id} is small`);
    const entered = now.turn > (old?.turn ?? 0);
    law(!entered || kind === 'enable' || open.get(stageName(now)) === true, () => `${id} enters open stages`);
    if (!old) continue;
    const revived = isEnded(old) && now.status !== old.status;
    const retried = kind === 'retry' && ['Failed', 'Stopped'].includes(old.status);
    law(!revived || retried, () => `${id} stays ${old.status} through ${kind}`);
    law(
      old.stop === null || now.stop === null || idsOf(now) === idsOf(old),
      () => `${id} is to stop, nothing begins in it`,
    );
  }
}

function idsOf(state: ExecutionState): string {
  return (state.stage?.actions ?? []).map((action) => action.id).join(' ');
}
