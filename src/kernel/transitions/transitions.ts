import type { Changes } from '../changes/port.ts';
import type { Clock } from '../clock.ts';
import type { Database, Tx } from '../database/port.ts';
import { Fault } from '../errors.ts';
import type { Failpoints } from '../failpoints.ts';
import { newId } from '../ids.ts';
import type { Kinded } from '../json.ts';
import type { Outbox } from '../outbox/port.ts';
import type { Scope } from '../scope.ts';
import type { TaskQueue } from '../tasks/port.ts';
import type {
  AggregateRef,
  AggregateType,
  Applied,
  Decision,
  HistoryEvent,
  HistoryRow,
  Message,
  Transitions,
} from './port.ts';
import { appendHistory, claimInput, keyOf, readAggregate, writeAggregate } from './store.ts';

const MAX_STATE_BYTES = 64 * 1024;
/** One input may set off a cascade of messages; this many means that it would never end. */
const MAX_CASCADE = 2_000;

interface Parts {
  readonly database: Database;
  readonly clock: Clock;
  readonly tasks: TaskQueue;
  readonly outbox: Outbox;
  readonly changes: Changes;
  readonly failpoints: Failpoints;
}

type AnyType = AggregateType<unknown, Kinded>;

export function createTransitions(parts: Parts): Transitions {
  const { database } = parts;
  const types = new Map<string, AnyType>();
  const typeOf = (kind: string): AnyType => {
    const type = types.get(kind);
    if (!type) throw new Fault(`no aggregate of kind ${kind} is registered`);
    return type;
  };

  const apply: Transitions['apply'] = async (tx, scope, ref, input, inputId) => {
    if (inputId !== undefined && !(await claimInput(tx, scope, ref, inputId, parts.clock.now()))) {
      const type = typeOf(ref.kind);
      const stored = await readAggregate(tx, scope, ref);
      return {
        state: stored && upcast(type, stored),
        result: undefined,
        sequence: stored?.sequence ?? 0,
        changed: false,
      };
    }
    const waiting: Message[] = [{ to: ref, input }];
    let first: Applied | undefined;
    for (let n = 0; waiting.length > 0; n++) {
      if (n > MAX_CASCADE) throw new Fault(`the messages set off by ${ref.kind} ${ref.id} do not end`);
      const message = waiting.shift() as Message;
      const step = await applyOne(parts, typeOf(message.to.kind), tx, scope, message.to, message.input);
      first ??= step.applied;
      waiting.push(...step.messages);
    }
    return first as Applied;
  };

  return {
    register(type) {
      types.set(type.kind, type as AnyType);
    },
    apply,
    run: (scope, ref, input, inputId) => database.transaction((tx) => apply(tx, scope, ref, input, inputId)),
    async load<S>(scope: Scope, ref: AggregateRef) {
      const stored = await readAggregate(database.read, scope, ref);
      return stored && (upcast(typeOf(ref.kind), stored) as S);
    },
    async history(scope, ref, afterSequence = 0) {
      const rows = await database.read.query<{ sequence: number; at: number; event: string }>(
        `select sequence, at, event from history
         where account = ? and region = ? and kind = ? and id = ? and sequence > ? order by sequence, n`,
        [...keyOf(scope, ref), afterSequence],
      );
      return rows.map(
        (row): HistoryRow => ({
          sequence: row.sequence,
          at: row.at,
          event: JSON.parse(row.event) as HistoryEvent,
        }),
      );
    },
  };
}

async function applyOne(
  parts: Parts,
  type: AnyType,
  tx: Tx,
  scope: Scope,
  ref: AggregateRef,
  input: Kinded,
): Promise<{ applied: Applied; messages: readonly Message[] }> {
  const lock = tx.dialect === 'postgres' ? ' for update' : '';
  const stored = await readAggregate(tx, scope, ref, lock);
  const before = stored && upcast(type, stored);
  const now = parts.clock.now();
  const decision = type.decide(before, input, { scope, ref, now, newId });
  const sequence = (stored?.sequence ?? 0) + 1;
  const changed = decision.state !== before;
  if (changed) {
    await store(parts, type, tx, scope, ref, decision, before, sequence, now);
    const name = `${ref.kind}:${input.kind}`;
    parts.failpoints.hit(`${name}:before-commit`);
    tx.afterCommit(() => parts.failpoints.hit(`${name}:after-commit`));
  }
  await emit(parts, tx, scope, ref, decision);
  return {
    applied: {
      state: decision.state,
      result: decision.result,
      sequence: changed ? sequence : sequence - 1,
      changed,
    },
    messages: decision.messages ?? [],
  };
}

async function store(
  parts: Parts,
  type: AnyType,
  tx: Tx,
  scope: Scope,
  ref: AggregateRef,
  decision: Decision<unknown>,
  before: unknown,
  sequence: number,
  now: number,
): Promise<void> {
  const state = JSON.stringify(decision.state);
  if (state.length > MAX_STATE_BYTES) {
    throw new Fault(`the state of ${ref.kind} ${ref.id} has grown to ${state.length} bytes`);
  }
  await writeAggregate(tx, scope, ref, { sequence, schemaVersion: type.version, state }, now);
  await appendHistory(tx, scope, ref, sequence, now, decision.history ?? []);
  await type.project?.(tx, { scope, ref, sequence, before, after: decision.state });
  parts.changes.publish(tx, { topic: ref.kind, id: ref.id, scope, sequence });
}

async function emit(
  parts: Parts,
  tx: Tx,
  scope: Scope,
  ref: AggregateRef,
  decision: Decision<unknown>,
): Promise<void> {
  for (const event of decision.bus ?? []) await parts.outbox.publish(tx, scope, ref, event);
  for (const key of decision.cancel ?? []) await parts.tasks.cancel(tx, scope, key);
  for (const task of decision.tasks ?? []) await parts.tasks.enqueue(tx, scope, task);
}

function upcast(type: AnyType, stored: { schemaVersion: number; state: string }): unknown {
  const state: unknown = JSON.parse(stored.state);
  if (stored.schemaVersion === type.version) return state;
  if (stored.schemaVersion > type.version || !type.upcast) {
    throw new Fault(
      `state of ${type.kind} has version ${stored.schemaVersion}, this binary knows ${type.version}`,
    );
  }
  return type.upcast(state, stored.schemaVersion);
}
