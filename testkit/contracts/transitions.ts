import { expect, it } from 'vitest';
import { ApiError } from '../../src/kernel/errors.ts';
import type { Room } from '../../src/kernel/room.ts';
import type { AggregateType, Decision } from '../../src/kernel/transitions/port.ts';
import { describeEachDatabase } from './each-database.ts';

const scope = { account: '111111111111', region: 'eu-central-1' };

interface Counter {
  readonly value: number;
  readonly old?: boolean;
}

type Input =
  | { readonly kind: 'add'; readonly n: number }
  | { readonly kind: 'refuse' }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'pass-on'; readonly to: string; readonly hops: number };

const counter: AggregateType<Counter, Input> = {
  kind: 'test.counter',
  version: 2,
  upcast: (state) => ({ value: (state as { count: number }).count, old: true }),
  decide(state = { value: 0 }, input, context): Decision<Counter> {
    switch (input.kind) {
      case 'add':
        return {
          state: { value: state.value + input.n },
          history: [{ kind: 'added', data: { n: input.n, at: context.now } }],
          bus: [{ source: 'test', detailType: 'Added', resources: [], detail: { n: input.n } }],
          result: state.value + input.n,
        };
      case 'refuse':
        throw new ApiError('RefusedException', 'no');
      case 'nothing':
        return { state };
      case 'pass-on':
        return {
          state: { value: state.value + 1 },
          messages:
            input.hops === 0
              ? []
              : [
                  {
                    to: { kind: 'test.counter', id: input.to },
                    input: { kind: 'pass-on', to: context.ref.id, hops: input.hops - 1 } as Input,
                  },
                ],
        };
    }
  },
  async project(tx, { ref, sequence, after }) {
    await tx.execute(
      'insert into shown (id, value, sequence) values (?, ?, ?) on conflict (id) do update set value = excluded.value, sequence = excluded.sequence',
      [ref.id, after.value, sequence],
    );
  },
};

const room: Room = {
  name: 'test',
  migrations: [
    {
      id: '9001-shown',
      up: async (tx) =>
        void (await tx.execute(
          'create table shown (id text not null primary key, value bigint not null, sequence bigint not null)',
        )),
    },
  ],
  aggregates: [counter as AggregateType],
  tasks: [],
};

/** What the port of transitions promises, on every database. */
export function transitionsContract(): void {
  describeEachDatabase('transitions', (newPlace, dialect) => {
    async function open() {
      const place = await newPlace();
      const kernel = await place.openKernel();
      await kernel.install([room]);
      const ref = (id: string) => ({ kind: 'test.counter', id });
      return { place, kernel, ref, [Symbol.asyncDispose]: () => place[Symbol.asyncDispose]() };
    }

    it('stores state, history, events and index rows in one commit', async () => {
      await using at = await open();
      const applied = await at.kernel.transitions.run(scope, at.ref('a'), { kind: 'add', n: 3 } as Input);
      expect(applied).toMatchObject({ state: { value: 3 }, result: 3, sequence: 1, changed: true });
      expect(await at.kernel.transitions.load(scope, at.ref('a'))).toEqual({ value: 3 });
      const history = await at.kernel.transitions.history(scope, at.ref('a'));
      expect(history.map(({ sequence, event }) => [sequence, event.kind])).toEqual([[1, 'added']]);
      expect(await at.kernel.database.read.query('select id, value, sequence from shown')).toEqual([
        { id: 'a', value: 3, sequence: 1 },
      ]);
      expect(await at.kernel.database.read.query('select account from outbox')).toHaveLength(1);
    });

    it('applies an input with an id once, whoever repeats it', async () => {
      await using at = await open();
      const add = { kind: 'add', n: 1 } as Input;
      const all = await Promise.all(
        Array.from({ length: 10 }, () => at.kernel.transitions.run(scope, at.ref('a'), add, 'input-1')),
      );
      expect(all.filter(({ changed }) => changed)).toHaveLength(1);
      expect(await at.kernel.transitions.load(scope, at.ref('a'))).toEqual({ value: 1 });
    });

    it('loses no input that comes at the same time', async () => {
      await using at = await open();
      const add = { kind: 'add', n: 1 } as Input;
      await Promise.all(
        Array.from({ length: 100 }, () => at.kernel.transitions.run(scope, at.ref('a'), add)),
      );
      expect(await at.kernel.transitions.load(scope, at.ref('a'))).toEqual({ value: 100 });
      expect(await at.kernel.transitions.history(scope, at.ref('a'), 90)).toHaveLength(10);
    });

    it('changes nothing when an input is refused, and forgets its id', async () => {
      await using at = await open();
      const refuse = at.kernel.transitions.run(scope, at.ref('a'), { kind: 'refuse' } as Input, 'same');
      await expect(refuse).rejects.toMatchObject({ code: 'RefusedException' });
      const add = await at.kernel.transitions.run(scope, at.ref('a'), { kind: 'add', n: 1 } as Input, 'same');
      expect(add.changed).toBe(true);
    });

    it('writes nothing when nothing changed', async () => {
      await using at = await open();
      await at.kernel.transitions.run(scope, at.ref('a'), { kind: 'add', n: 1 } as Input);
      const applied = await at.kernel.transitions.run(scope, at.ref('a'), { kind: 'nothing' } as Input);
      expect(applied).toMatchObject({ sequence: 1, changed: false });
    });

    it('carries messages between aggregates in the same commit', async () => {
      await using at = await open();
      await at.kernel.transitions.run(scope, at.ref('a'), { kind: 'pass-on', to: 'b', hops: 5 } as Input);
      expect(await at.kernel.transitions.load(scope, at.ref('a'))).toEqual({ value: 3 });
      expect(await at.kernel.transitions.load(scope, at.ref('b'))).toEqual({ value: 3 });
    });

    it('refuses messages that never end, and keeps nothing of them', async () => {
      await using at = await open();
      const endless = { kind: 'pass-on', to: 'b', hops: 1_000_000 } as Input;
      await expect(at.kernel.transitions.run(scope, at.ref('a'), endless)).rejects.toThrow('do not end');
      expect(await at.kernel.transitions.load(scope, at.ref('a'))).toBeUndefined();
    });

    it('keeps scopes apart', async () => {
      await using at = await open();
      await at.kernel.transitions.run(scope, at.ref('a'), { kind: 'add', n: 1 } as Input);
      const other = { account: '222222222222', region: scope.region };
      expect(await at.kernel.transitions.load(other, at.ref('a'))).toBeUndefined();
    });

    it('brings old states up to this version and refuses newer ones', async () => {
      await using at = await open();
      await at.kernel.transitions.run(scope, at.ref('a'), { kind: 'add', n: 1 } as Input);
      const store = (version: number) =>
        at.kernel.database.transaction((tx) =>
          tx.execute('update aggregates set schema_version = ?, state = ?', [version, '{"count":41}']),
        );
      await store(1);
      expect(await at.kernel.transitions.load(scope, at.ref('a'))).toEqual({ value: 41, old: true });
      const applied = await at.kernel.transitions.run(scope, at.ref('a'), { kind: 'add', n: 1 } as Input);
      expect(applied.state).toEqual({ value: 42 });
      await store(3);
      await expect(at.kernel.transitions.load(scope, at.ref('a'))).rejects.toThrow('version 3');
    });

    it('tells subscribers what changed, after the commit', async () => {
      await using at = await open();
      const seen = new Promise((resolve) => at.kernel.changes.subscribe(resolve));
      await at.kernel.transitions.run(scope, at.ref('a'), { kind: 'add', n: 1 } as Input);
      expect(await seen).toEqual({ topic: 'test.counter', id: 'a', scope, sequence: 1 });
    });

    if (dialect !== 'postgres') return;
    it('loses no input when several processes write the same aggregate', async () => {
      await using place = await newPlace();
      const kernels = await Promise.all([place.openKernel(), place.openKernel()]);
      for (const kernel of kernels) await kernel.install([room]);
      const ref = { kind: 'test.counter', id: 'shared' };
      const add = { kind: 'add', n: 1 } as Input;
      await Promise.all(
        Array.from({ length: 40 }, (_, n) =>
          kernels[n % 2]?.transitions.run(scope, ref, add, `input-${n % 30}`),
        ),
      );
      expect(await kernels[0]?.transitions.load(scope, ref)).toEqual({ value: 30 });
    });
  });
}
