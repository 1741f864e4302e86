import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { World, type WorldStage } from '../../../../testkit/codepipeline/world.ts';
import type { ExecutionMode } from './definition.ts';
import { type ExecutionState, isEnded } from './execution/state.ts';

const type = { category: 'Build', owner: 'AWS', provider: 'CodeBuild', version: '1' };

const stage = (n: number): fc.Arbitrary<WorldStage> =>
  fc
    .record({
      orders: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }),
      autoRetry: fc.constantFrom(undefined, 'FAILED_ACTIONS' as const, 'ALL_ACTIONS' as const),
    })
    .map(({ orders, autoRetry }) => ({
      name: `stage-${n}`,
      plan: {
        actions: orders.map((runOrder, i) => ({ name: `action-${i}`, runOrder, type, timeoutMs: 1000 })),
        ...(autoRetry ? { autoRetry } : {}),
      },
    }));

const pipeline = fc.integer({ min: 2, max: 4 }).chain((count) => fc.tuple(...range(count).map(stage)));

type Command =
  | { readonly kind: 'start'; readonly mode: ExecutionMode }
  | { readonly kind: 'perform'; readonly pick: number }
  | { readonly kind: 'answer'; readonly pick: number; readonly succeeds: boolean }
  | { readonly kind: 'late'; readonly pick: number }
  | { readonly kind: 'timeout'; readonly pick: number }
  | { readonly kind: 'wait' | 'begin'; readonly pick: number }
  | { readonly kind: 'stop'; readonly pick: number; readonly abandon: boolean }
  | { readonly kind: 'retry'; readonly pick: number; readonly all: boolean }
  | { readonly kind: 'disable' | 'enable'; readonly pick: number };

const anyMode = fc.constantFrom<ExecutionMode>('SUPERSEDED', 'QUEUED', 'PARALLEL');
const pick = fc.nat(1000);
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('start' as const), mode: anyMode }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('perform' as const), pick }) },
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('answer' as const),
      pick,
      succeeds: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.constant(false)),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('late' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('timeout' as const), pick }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('wait' as const, 'begin' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('stop' as const), pick, abandon: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('retry' as const), pick, all: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('disable' as const, 'enable' as const), pick }) },
);

/** `mixed`: the mode is edited again and again while executions of earlier versions still run. */
type Mode = ExecutionMode | 'mixed';
const mode = fc.constantFrom<Mode>('SUPERSEDED', 'QUEUED', 'PARALLEL', 'mixed');

test('whatever happens in whatever order, no stage is shared, nothing is lost and the order is kept', () => {
  fc.assert(
    fc.property(
      pipeline,
      mode,
      fc.boolean(),
      fc.array(command, { maxLength: 120, size: 'max' }),
      (stages, executionMode, carried, commands) => {
        const world = new World(stages, executionMode === 'mixed' ? 'QUEUED' : executionMode, carried);
        const used: string[] = [];
        for (const step of commands) {
          const before = new Map(world.executions);
          run(world, stages, step, used, executionMode);
          checkAlways(world, stages);
          checkEnded(before, world, step);
        }
        drain(world, stages);
        for (const state of world.executions.values()) expect(isEnded(state)).toBe(true);
        for (const lane of world.lanes.values()) expect(lane.holder).toBeNull();
        if (executionMode === 'SUPERSEDED' || executionMode === 'QUEUED') checkOrder(world, stages);
        const overtaken = [...world.executions.values()].filter((state) => state.status === 'Superseded');
        expect(overtaken.filter((state) => state.mode !== 'SUPERSEDED')).toEqual([]);
      },
    ),
    { numRuns: 600 },
  );
});

function run(
  world: World,
  stages: readonly WorldStage[],
  step: Command,
  used: string[],
  executionMode: Mode,
): void {
  world.now += 7;
  switch (step.kind) {
    case 'start':
      world.start(executionMode === 'mixed' ? step.mode : executionMode);
      return;
    case 'perform':
      if (world.effects.length > 0) world.perform(step.pick % world.effects.length);
      return;
    case 'answer': {
      const found = one(world.running(), step.pick);
      if (!found?.action.id) return;
      used.push(`${found.executionId} ${found.action.id}`);
      world.answer(found.executionId, found.action.id, step.succeeds ? 'succeeded' : 'failed');
      return;
    }
    case 'late': {
      const [executionId = '', token = ''] = one(used, step.pick)?.split(' ') ?? [];
      if (executionId === '') return;
      tellLate(world, executionId, token);
      return;
    }
    case 'timeout': {
      const found = one(world.running(), step.pick);
      if (found?.action.id) world.tell(found.executionId, { kind: 'timeout', token: found.action.id });
      return;
    }
    case 'wait':
    case 'begin': {
      const found = one(world.running(), step.pick);
      if (!found?.action.id) return;
      const { id: token, announced, waiting } = found.action;
      world.tell(
        found.executionId,
        step.kind === 'wait'
          ? { kind: 'waiting', token, summary: 'somebody is there' }
          : { kind: 'started', token, externalId: 'x' },
      );
      // What has begun does not go back to waiting.
      const after = world.running().find(({ action }) => action.id === token)?.action;
      if (step.kind === 'wait' && announced && !waiting) expect(after?.waiting ?? false).toBe(false);
      return;
    }
    case 'stop': {
      const id = one([...world.executions.keys()], step.pick);
      if (id !== undefined) world.tell(id, { kind: 'stop', abandon: step.abandon, by: 'x' });
      return;
    }
    case 'retry': {
      const id = one([...world.executions.keys()], step.pick);
      if (id !== undefined) world.retry(id, step.all ? 'ALL_ACTIONS' : 'FAILED_ACTIONS');
      return;
    }
    case 'disable':
    case 'enable':
      world.tellLane(one(stages, step.pick)?.name ?? '', { kind: step.kind });
  }
}

function one<T>(list: readonly T[], n: number): T | undefined {
  return list[n % Math.max(1, list.length)];
}

/** An answer that was given before comes again: nothing may change. */
function tellLate(world: World, executionId: string, token: string): void {
  const before = JSON.stringify(world.execution(executionId));
  world.answer(executionId, token, 'failed');
  expect(JSON.stringify(world.execution(executionId))).toBe(before);
}

function checkAlways(world: World, stages: readonly WorldStage[]): void {
  const modeOf = (id: string) => world.execution(id).mode;
  for (const { name } of stages) {
    expect(world.inside(name).filter((id) => modeOf(id) !== 'PARALLEL').length).toBeLessThanOrEqual(1);
    const replaceable = world.waiting(name).filter(([id]) => modeOf(id) === 'SUPERSEDED');
    expect(replaceable.length).toBeLessThanOrEqual(1);
  }
  for (const state of world.executions.values()) {
    checkRunOrder(state);
    checkTurns(state);
    expect(JSON.stringify(state).length).toBeLessThan(64 * 1024);
  }
}

/** Nobody starts before everything of a lower run order has succeeded. */
function checkRunOrder(state: ExecutionState): void {
  if (state.phase !== 'running') return;
  const actions = state.stage?.actions ?? [];
  for (const action of actions) {
    if (action.status !== 'InProgress') continue;
    const lower = actions.filter((other) => other.runOrder < action.runOrder);
    expect(lower.every((other) => other.status === 'Succeeded')).toBe(true);
  }
}

/** Nobody waits for a turn who has ended, or whose execution is to stop. */
function checkTurns(state: ExecutionState): void {
  for (const { status, waiting } of state.stage?.actions ?? []) {
    if (waiting) expect({ status, stop: state.stop }).toEqual({ status: 'InProgress', stop: null });
  }
}

/** What has ended stays as it ended; only a retry of that very execution goes on. */
function checkEnded(before: ReadonlyMap<string, ExecutionState>, world: World, step: Command): void {
  for (const [id, old] of before) {
    if (!isEnded(old)) continue;
    const now = world.execution(id);
    if (now.status === old.status) continue;
    expect(step.kind).toBe('retry');
    expect(['Failed', 'Stopped']).toContain(old.status);
  }
}

/** With everything open and everything succeeding, every execution must come to its end. */
function drain(world: World, stages: readonly WorldStage[]): void {
  for (const { name } of stages) world.tellLane(name, { kind: 'enable' });
  for (let n = 0; n < 10_000; n++) {
    world.performAll();
    const [next] = world.running();
    if (!next?.action.id) return;
    world.answer(next.executionId, next.action.id, 'succeeded');
  }
  throw new Error('the executions do not end');
}

/** Executions enter a stage for the first time in the order of their start. */
function checkOrder(world: World, stages: readonly WorldStage[]): void {
  for (const { name } of stages) {
    const orders = world.entered.filter((entry) => entry.stage === name).map((entry) => entry.order);
    expect(orders).toEqual(orders.toSorted((a, b) => a - b));
  }
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}
