import type { ExecutionMode, RetryMode } from '../../src/services/codepipeline/model/definition.ts';
import { decideExecution } from '../../src/services/codepipeline/model/execution/execution.ts';
import type { ExecutionInput } from '../../src/services/codepipeline/model/execution/inputs.ts';
import {
  type ActionRun,
  type ExecutionState,
  type PlannedStage,
  stageName,
} from '../../src/services/codepipeline/model/execution/state.ts';
import {
  decideLane,
  type LaneInput,
  type LaneState,
} from '../../src/services/codepipeline/model/lane/lane.ts';
import { Refusal } from '../../src/services/codepipeline/model/refusal.ts';
import {
  type Effect,
  laneId,
  type Moment,
  type OutMessage,
  type StateEvent,
} from '../../src/services/codepipeline/model/step.ts';

export interface WorldStage {
  readonly name: string;
  readonly plan: PlannedStage;
}

/** Who was found to wait longest. Others may come and go before the lane hears of it. */
interface Picked {
  readonly kind: 'picked';
  readonly laneId: string;
  readonly input: LaneInput;
}

/** What answers with an input of its own; all other effects are kept as facts. */
type Pending = Extract<Effect, { kind: 'open-stage' | 'pick-waiter' | 'record-outputs' }> | Picked;

/**
 * Lanes and executions of one pipeline without a database: inputs are applied with their messages in one go, as the
 * kernel does it, and effects wait until somebody performs them. Keeps a journal of who entered which stage.
 */
export class World {
  readonly lanes = new Map<string, LaneState>();
  readonly executions = new Map<string, ExecutionState>();
  readonly entered: { readonly stage: string; readonly executionId: string; readonly order: number }[] = [];
  readonly events: StateEvent[] = [];
  effects: Pending[] = [];
  /** Those that are set, by key. */
  readonly timers = new Map<string, Effect & { kind: 'timer' }>();
  /** Action executions in the order in which their start was asked for. */
  readonly begun: string[] = [];
  /** Work that providers were asked to end. */
  readonly stopped: string[] = [];
  /** The pipeline is gone. */
  deleted = false;
  now = 0;
  readonly #stages: readonly WorldStage[];
  readonly #mode: ExecutionMode;
  readonly #carried: boolean;
  #ids = 0;
  #orders = 0;

  constructor(stages: readonly WorldStage[], mode: ExecutionMode, carried = true) {
    this.#stages = stages;
    this.#mode = mode;
    this.#carried = carried;
  }

  /** @param without a stage that this version of the pipeline does not have */
  start(mode: ExecutionMode = this.#mode, without?: string): string {
    const id = `execution-${++this.#orders}`;
    const stages = this.#stages.filter(({ name }) => name !== without);
    this.tell(id, {
      kind: 'start',
      pipelineId: 'p',
      pipelineName: 'pipeline',
      version: 1,
      mode,
      order: this.#orders,
      stages: stages.map((stage) => stage.name),
      trigger: { type: 'StartPipelineExecution', detail: 'test' },
      ...(this.#carried ? { plans: stages.map((stage) => stage.plan) } : {}),
    });
    return id;
  }

  /** Applies an input to an execution; false when it was refused (and nothing changed). */
  tell(id: string, input: ExecutionInput): boolean {
    return this.#apply({ to: 'execution', id, input });
  }

  tellLane(stage: string, input: { readonly kind: 'disable' | 'enable' | 'close' }): boolean {
    const at = { pipelineId: 'p', stage };
    const lane: LaneInput =
      input.kind === 'close'
        ? { kind: 'close', ...at }
        : input.kind === 'enable'
          ? { kind: 'enable', ...at, by: 'x' }
          : { kind: 'disable', ...at, reason: 'r', by: 'x' };
    return this.#apply({ to: 'lane', id: laneId('p', stage), input: lane });
  }

  /** Closes every lane at once, as `DeletePipeline` does; executions are cancelled one by one after it. */
  delete(): void {
    this.deleted = true;
    for (const { name } of this.#stages) this.tellLane(name, { kind: 'close' });
  }

  /** A timer goes off: it is gone whatever comes of it. */
  fire(key: string): void {
    const timer = this.timers.get(key);
    this.timers.delete(key);
    if (timer) this.tell(timer.executionId, timer.input);
  }

  retry(id: string, mode: RetryMode): boolean {
    const state = this.execution(id);
    const stage = state.stage?.name;
    if (stage === undefined) return false;
    const input: LaneInput = {
      kind: 're-enter',
      pipelineId: 'p',
      stage,
      executionId: id,
      order: state.order,
      mode: state.mode,
      retryMode: mode,
      by: 'x',
    };
    return this.#apply({ to: 'lane', id: laneId('p', stage), input });
  }

  execution(id: string): ExecutionState {
    const state = this.executions.get(id);
    if (!state) throw new Error(`no execution ${id}`);
    return state;
  }

  /** Actions that wait for an answer. */
  running(id?: string): { readonly executionId: string; readonly action: ActionRun }[] {
    return [...this.executions]
      .filter(([executionId]) => id === undefined || executionId === id)
      .flatMap(([executionId, state]) =>
        (state.phase === 'running' ? (state.stage?.actions ?? []) : [])
          .filter((action) => action.status === 'InProgress')
          .map((action) => ({ executionId, action })),
      );
  }

  /** The work behind an action ended; output variables take the way over a task. */
  answer(
    executionId: string,
    token: string,
    outcome: 'succeeded' | 'failed',
    outputs: Readonly<Record<string, string>> = {},
  ): boolean {
    const reply = { kind: 'reply', token, outcome, externalId: 'x', summary: outcome, outputs } as const;
    return this.tell(executionId, reply);
  }

  /** Performs the n-th effect that waits. */
  perform(n: number): void {
    const [effect] = this.effects.splice(n, 1);
    if (!effect) return;
    if (effect.kind === 'open-stage') {
      const plan = this.#stages.find((stage) => stage.name === effect.stage)?.plan as PlannedStage;
      this.tell(effect.executionId, { kind: 'opened', stage: effect.stage, turn: effect.turn, plan });
    } else if (effect.kind === 'pick-waiter') {
      const stage = effect.laneId.slice('p/'.length);
      const [first] = this.waiting(stage).filter(([, state]) => state.mode !== 'SUPERSEDED');
      const picked = first ? { executionId: first[0], order: first[1].order, mode: first[1].mode } : null;
      const input: LaneInput = { kind: 'picked', pipelineId: 'p', stage, token: effect.token, picked };
      this.effects.push({ kind: 'picked', laneId: effect.laneId, input });
    } else if (effect.kind === 'picked') {
      this.#apply({ to: 'lane', id: effect.laneId, input: effect.input });
    } else {
      const { outputs: _, ...result } = effect.result;
      this.tell(effect.executionId, { kind: 'finished', token: effect.actionExecutionId, result });
    }
  }

  performAll(): void {
    while (this.effects.length > 0) this.perform(0);
  }

  /** Who waits in front of a stage, oldest first. */
  waiting(stage: string): [string, ExecutionState][] {
    return [...this.executions]
      .filter(([, state]) => state.phase === 'waiting' && stageName(state) === stage)
      .toSorted(([, a], [, b]) => a.order - b.order);
  }

  inside(stage: string): string[] {
    return [...this.executions]
      .filter(
        ([, state]) => (state.phase === 'running' || state.phase === 'opening') && stageName(state) === stage,
      )
      .map(([id]) => id);
  }

  /** One input and every message it sets off, or nothing at all when one of them is refused. */
  #apply(first: OutMessage): boolean {
    const lanes = new Map(this.lanes);
    const executions = new Map(this.executions);
    const effects: Effect[] = [];
    const events: StateEvent[] = [];
    const moment: Moment = { now: this.now, newId: () => `id-${++this.#ids}` };
    const queue = [first];
    try {
      for (let message = queue.shift(); message; message = queue.shift()) {
        const step =
          message.to === 'lane'
            ? decideLane(lanes.get(message.id), message.input, moment)
            : decideExecution(executions.get(message.id), message.input, message.id, moment);
        if (message.to === 'lane') lanes.set(message.id, frozen(step.state) as LaneState);
        else executions.set(message.id, frozen(step.state) as ExecutionState);
        effects.push(...(step.effects ?? []));
        events.push(...(step.events ?? []));
        queue.push(...(step.messages ?? []));
      }
    } catch (error) {
      if (error instanceof Refusal) return false;
      throw error;
    }
    this.#journal(executions);
    replace(this.lanes, lanes);
    replace(this.executions, executions);
    for (const effect of effects) this.#keep(effect);
    this.events.push(...events);
    return true;
  }

  #keep(effect: Effect): void {
    switch (effect.kind) {
      case 'timer':
        this.timers.set(effect.key, effect);
        return;
      case 'cancel-timer':
        this.timers.delete(effect.key);
        return;
      case 'start-action':
        this.begun.push(effect.actionExecutionId);
        return;
      case 'stop-action':
        this.stopped.push(effect.actionExecutionId);
        return;
      default:
        this.effects.push(effect);
    }
  }

  #journal(after: ReadonlyMap<string, ExecutionState>): void {
    for (const [executionId, state] of after) {
      const before = this.executions.get(executionId);
      // Several stages may be passed in one go only when a stage needs no answer, which no stage does.
      if (state.turn > (before?.turn ?? 0)) {
        this.entered.push({ stage: stageName(state), executionId, order: state.order });
      }
    }
  }
}

/** As it comes back from its row. */
function frozen(state: unknown): unknown {
  return JSON.parse(JSON.stringify(state));
}

function replace<V>(target: Map<string, V>, source: ReadonlyMap<string, V>): void {
  for (const [key, value] of source) target.set(key, value);
}
