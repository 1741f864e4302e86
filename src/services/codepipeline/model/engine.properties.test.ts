import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { World, type WorldStage } from '../../../../testkit/codepipeline/world.ts';
import {
  checkAlways,
  checkEvents,
  checkOrder,
  checkStep,
} from '../../../../testkit/codepipeline/world-laws.ts';
import type { ExecutionMode } from './definition.ts';
import type { ExecutionInput } from './execution/inputs.ts';
import { type ActionRun, isEnded, timeoutKey } from './execution/state.ts';
import { laneId } from './step.ts';

const build = { category: 'Build', owner: 'AWS', provider: 'CodeBuild', version: '1' };
const approval = { category: 'Approval', owner: 'AWS', provider: 'Manual', version: '1' };

const stage = (n: number): fc.Arbitrary<WorldStage> =>
  fc
    .record({
      orders: fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.constantFrom(build, build, approval)), {
        minLength: 1,
        maxLength: 4,
      }),
      autoRetry: fc.constantFrom(undefined, 'FAILED_ACTIONS' as const, 'ALL_ACTIONS' as const),
    })
    .map(({ orders, autoRetry }) => ({
      name: `stage-${n}`,
      plan: {
        actions: orders.map(([runOrder, type], i) => ({
          name: `action-${i}`,
          runOrder,
          type,
          // An approval may expire before somebody answers it.
          timeoutMs: type === approval ? 100 : 1000,
        })),
        ...(autoRetry ? { autoRetry } : {}),
      },
    }));

const pipeline = fc.integer({ min: 2, max: 4 }).chain((count) => fc.tuple(...range(count).map(stage)));

type Command =
  | { readonly kind: 'start'; readonly mode: ExecutionMode; readonly without: number }
  | { readonly kind: 'perform'; readonly pick: number }
  | { readonly kind: 'answer'; readonly pick: number; readonly succeeds: boolean; readonly outputs: boolean }
  | { readonly kind: 'late'; readonly pick: number }
  | { readonly kind: 'timeout'; readonly pick: number }
  | { readonly kind: 'wait' | 'begin'; readonly pick: number }
  | { readonly kind: 'stop'; readonly pick: number; readonly abandon: boolean }
  | { readonly kind: 'retry'; readonly pick: number; readonly all: boolean }
  | { readonly kind: 'disable' | 'enable'; readonly pick: number }
  | { readonly kind: 'delete' };

const anyMode = fc.constantFrom<ExecutionMode>('SUPERSEDED', 'QUEUED', 'PARALLEL');
const pick = fc.nat(1000);
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('start' as const), mode: anyMode, without: fc.nat(3) }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('perform' as const), pick }) },
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('answer' as const),
      pick,
      succeeds: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.constant(false)),
      outputs: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('late' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('timeout' as const), pick }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('wait' as const, 'begin' as const), pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('stop' as const), pick, abandon: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('retry' as const), pick, all: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('disable' as const, 'enable' as const), pick }) },
);

/** `mixed`: mode and stages are edited again and again while executions of earlier versions still run. */
type Mode = ExecutionMode | 'mixed';
const mode = fc.constantFrom<Mode>('SUPERSEDED', 'QUEUED', 'PARALLEL', 'mixed');

/** In one run of four the pipeline is deleted, and what was under way goes on for a while. */
const ending: fc.Arbitrary<readonly Command[]> = fc.oneof(
  { weight: 3, arbitrary: fc.constant([]) },
  fc.array(command, { maxLength: 20 }).map((after) => [{ kind: 'delete' as const }, ...after]),
);

test('whatever happens in whatever order, no stage is shared, nothing is lost and the order is kept', () => {
  fc.assert(
    fc.property(
      pipeline,
      mode,
      fc.boolean(),
      fc.array(command, { maxLength: 120, size: 'max' }),
      ending,
      (stages, executionMode, carried, commands, last) => {
        const world = new World(stages, executionMode === 'mixed' ? 'QUEUED' : executionMode, carried);
        const used: Used[] = [];
        for (const step of [...commands, ...last]) {
          const before = new Map(world.executions);
          const open = new Map(stages.map(({ name }) => [name, isOpen(world, name)]));
          run(world, stages, step, used, executionMode);
          checkAlways(world, stages);
          checkStep(before, world, step.kind, open);
        }
        drain(world, stages);
        checkAlways(world, stages);
        checkEvents(world);
        expect([...world.timers]).toEqual([]);
        for (const state of world.executions.values()) expect(isEnded(state)).toBe(true);
        for (const lane of world.lanes.values()) expect(lane.holder).toBeNull();
        checkOrder(world, stages, executionMode === 'QUEUED');
        const overtaken = [...world.executions.values()].filter((state) => state.status === 'Superseded');
        expect(overtaken.filter((state) => state.mode !== 'SUPERSEDED')).toEqual([]);
      },
    ),
    { numRuns: 600 },
  );
});

function isOpen(world: World, name: string): boolean {
  const lane = world.lanes.get(laneId('p', name));
  return lane === undefined || (lane.enabled && !lane.closed);
}

/** A token whose answer was given. */
interface Used {
  readonly executionId: string;
  readonly token: string;
}

function run(
  world: World,
  stages: readonly WorldStage[],
  step: Command,
  used: Used[],
  executionMode: Mode,
): void {
  world.now += 7;
  switch (step.kind) {
    case 'start':
      if (world.deleted) return;
      if (executionMode === 'mixed') world.start(step.mode, stages.slice(1, -1)[step.without]?.name);
      else world.start(executionMode);
      return;
    case 'perform':
      if (world.effects.length > 0) world.perform(step.pick % world.effects.length);
      return;
    case 'answer': {
      const found = one(world.running(), step.pick);
      if (!found?.action.id) return;
      const { executionId, action } = found;
      if (answer(world, executionId, action, step.succeeds, step.outputs)) {
        used.push({ executionId, token: found.action.id });
      }
      return;
    }
    case 'late': {
      const found = one(used, step.pick);
      if (found) tellLate(world, found);
      return;
    }
    case 'timeout': {
      const key = one([...world.timers.keys()], step.pick);
      if (key !== undefined) world.fire(key);
      return;
    }
    case 'wait':
    case 'begin': {
      const found = one(world.running(), step.pick);
      if (found?.action.id) begin(world, found.executionId, found.action, step.kind === 'wait');
      return;
    }
    case 'stop': {
      const id = one([...world.executions.keys()], step.pick);
      if (id !== undefined) world.tell(id, { kind: 'stop', abandon: step.abandon, by: 'x' });
      return;
    }
    case 'retry': {
      const id = one([...world.executions.keys()], step.pick);
      if (id !== undefined && !world.deleted) retry(world, id, step.all);
      return;
    }
    case 'disable':
    case 'enable':
      world.tellLane(one(stages, step.pick)?.name ?? '', { kind: step.kind });
      return;
    case 'delete':
      world.delete();
  }
}

/** Whether an answer was taken: a person's for an approval that was asked for, the provider's for everything else. */
function answer(
  world: World,
  executionId: string,
  action: ActionRun,
  succeeds: boolean,
  outputs: boolean,
): boolean {
  const token = action.id ?? '';
  if (action.type.category !== 'Approval') {
    world.answer(executionId, token, succeeds ? 'succeeded' : 'failed', outputs ? { IMAGE: 'app:1' } : {});
    // With variables it ends once they are written; whatever comes first until then counts.
    return !outputs;
  }
  const given = { kind: 'answer', token, approved: succeeds, summary: 'said', by: 'x' } as const;
  const taken = world.tell(executionId, given);
  expect(taken).toBe(action.approvalUntil !== null && world.now < action.approvalUntil);
  return taken;
}

function begin(world: World, executionId: string, action: ActionRun, waits: boolean): void {
  const { id, announced, waiting } = action;
  const token = id ?? '';
  world.tell(
    executionId,
    waits
      ? { kind: 'waiting', token, summary: 'somebody is there' }
      : { kind: 'started', token, externalId: 'x', approval: action.type.category === 'Approval' },
  );
  // What has begun does not go back to waiting.
  const after = world.running().find((each) => each.action.id === token)?.action;
  if (waits && announced && !waiting) expect(after?.waiting ?? false).toBe(false);
}

/** Goes on with the same revisions: what has succeeded is left alone, unless all is wanted again (B4.3). */
function retry(world: World, id: string, all: boolean): void {
  const before = world.execution(id);
  const taken = world.retry(id, all ? 'ALL_ACTIONS' : 'FAILED_ACTIONS');
  const after = world.execution(id);
  if (!taken) return expect(after).toBe(before);
  expect(after.status).toBe('InProgress');
  for (const [n, action] of (before.stage?.actions ?? []).entries()) {
    const now = after.stage?.actions[n];
    const stays = action.status === 'InProgress' || (action.status === 'Succeeded' && !all);
    if (stays) expect([now?.id, now?.status]).toEqual([action.id, action.status]);
    else expect(now?.status).toMatch(/^Pending|InProgress$/);
  }
}

function one<T>(list: readonly T[], n: number): T | undefined {
  return list[n % Math.max(1, list.length)];
}

/** Whatever comes for a token that was answered before, nothing changes. */
function tellLate(world: World, { executionId, token }: Used): void {
  const before = JSON.stringify(world.execution(executionId));
  const result = { outcome: 'succeeded' } as const;
  const late: ExecutionInput[] = [
    { kind: 'reply', token, outcome: 'failed', externalId: 'x', summary: 'late' },
    { kind: 'finished', token, result },
    { kind: 'started', token, externalId: 'y' },
    { kind: 'waiting', token, summary: 'late' },
    { kind: 'timeout', token },
    { kind: 'answer', token, approved: true, summary: '', by: 'x' },
  ];
  for (const input of late) world.tell(executionId, input);
  expect(JSON.stringify(world.execution(executionId))).toBe(before);
}

/** With everything open and everything succeeding, every execution must come to its end. */
function drain(world: World, stages: readonly WorldStage[]): void {
  for (const { name } of stages) world.tellLane(name, { kind: 'enable' });
  if (world.deleted) {
    for (const id of world.executions.keys()) world.tell(id, { kind: 'cancel' });
  }
  for (let n = 0; n < 10_000; n++) {
    world.performAll();
    const [next] = world.running();
    if (!next?.action.id) return;
    const { executionId, action } = next;
    begin(world, executionId, action, false);
    const [begun] = world.running().filter((each) => each.action.id === action.id);
    if (begun && !answer(world, executionId, begun.action, true, false))
      world.fire(timeoutKey(next.action.id));
  }
  throw new Error('the executions do not end');
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}
