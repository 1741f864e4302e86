import { expect, it } from 'vitest';
import { listTables } from '../../src/kernel/database/catalog.ts';
import type { Database, Migration, Tx } from '../../src/kernel/database/port.ts';
import { describeEachDatabase } from './each-database.ts';

const migrations: readonly Migration[] = [
  {
    id: '0001-things',
    async up(tx) {
      await tx.execute('create table things (id text not null primary key, n bigint not null, note text)');
    },
  },
];

const count = async (database: Database): Promise<number> =>
  Number((await database.read.query<{ n: number }>('select count(*) as n from things'))[0]?.n);

/** What every driver of the database port must keep. */
export function databaseContract(): void {
  describeEachDatabase('database', (newPlace, dialect) => {
    async function open() {
      const place = await newPlace();
      const database = await place.open();
      await database.migrate(migrations);
      return { place, database, [Symbol.asyncDispose]: () => place[Symbol.asyncDispose]() };
    }

    it('stores what a transaction wrote and gives back times as numbers', async () => {
      await using at = await open();
      const time = 1_790_000_000_123;
      await at.database.transaction((tx) =>
        tx.execute('insert into things (id, n, note) values (?, ?, ?)', ['a', time, 'what? "it\'s"']),
      );
      expect(
        await at.database.read.query('select id, n, note from things where note like ?', ['what?%']),
      ).toEqual([{ id: 'a', n: time, note: 'what? "it\'s"' }]);
    });

    it('counts the rows that a statement changed', async () => {
      await using at = await open();
      const changed = await at.database.transaction(async (tx) => {
        await tx.execute('insert into things (id, n) values (?, ?), (?, ?)', ['a', 1, 'b', 1]);
        return [
          await tx.execute('update things set n = 2'),
          await tx.execute('delete from things where id = ?', ['x']),
        ];
      });
      expect(changed).toEqual([2, 0]);
    });

    it('offers Kysely over the same transaction', async () => {
      await using at = await open();
      interface Tables {
        things: { id: string; n: number; note: string | null };
      }
      await at.database.transaction(async (tx) => {
        await tx.tables<Tables>().insertInto('things').values({ id: 'k', n: 7, note: null }).execute();
        const row = await tx.tables<Tables>().selectFrom('things').selectAll().executeTakeFirst();
        expect(row).toEqual({ id: 'k', n: 7, note: null });
      });
      expect(await count(at.database)).toBe(1);
    });

    it('rolls back alone what throws, also inside a shared commit', async () => {
      await using at = await open();
      const results = await Promise.allSettled(
        Array.from({ length: 40 }, (_, n) =>
          at.database.transaction(async (tx) => {
            await tx.execute('insert into things (id, n) values (?, ?)', [`t${n}`, n]);
            if (n % 4 === 0) throw new Error(`no ${n}`);
            return n;
          }),
        ),
      );
      expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(10);
      expect(await count(at.database)).toBe(30);
    });

    it('keeps going after a statement fails inside a shared commit', async () => {
      await using at = await open();
      const insert = (id: string) =>
        at.database.transaction((tx) => tx.execute('insert into things (id, n) values (?, 1)', [id]));
      const results = await Promise.allSettled([
        insert('a'),
        insert('a'),
        insert('b'),
        insert('a'),
        insert('c'),
      ]);
      expect(results.map(({ status }) => status)).toEqual([
        'fulfilled',
        'rejected',
        'fulfilled',
        'rejected',
        'fulfilled',
      ]);
      expect(await count(at.database)).toBe(3);
    });

    it('judges again, in order, what shared a commit that was rolled back', async () => {
      await using at = await open();
      const runs: string[] = [];
      const insert = (id: string) => (tx: Tx) => tx.execute('insert into things (id, n) values (?, 1)', [id]);
      const job = (name: string, work: (tx: Tx) => Promise<unknown>) =>
        at.database.transaction(async (tx) => {
          runs.push(name);
          await work(tx);
        });
      const seen = async (tx: Tx) => {
        if ((await tx.query('select id from things')).length > 0) throw new Error('there is one already');
      };
      const results = await Promise.allSettled([
        job('writes', insert('a')),
        job('refuses', seen),
        job('writes and fails', async (tx) => {
          await insert('b')(tx);
          throw new Error('no');
        }),
        job('comes after', insert('c')),
      ]);
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
      expect(runs).toEqual([
        'writes',
        'refuses',
        'writes and fails',
        'writes',
        'refuses',
        'writes and fails',
        'comes after',
      ]);
      expect(await at.database.read.query('select id from things order by id')).toEqual([
        { id: 'a' },
        { id: 'c' },
      ]);
    });

    it('lets nobody lose by a transaction that hides a failed statement', async () => {
      await using at = await open();
      const insert = (tx: Tx, id: string) => tx.execute('insert into things (id, n) values (?, 1)', [id]);
      const results = await Promise.allSettled([
        at.database.transaction((tx) => insert(tx, 'a')),
        at.database.transaction((tx) => insert(tx, 'b')),
        at.database.transaction((tx) => insert(tx, 'a').catch(() => 'hidden')),
      ]);
      expect(results.slice(0, 2).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
      // PostgreSQL gives up a transaction at its first failed statement; its caller hears of it.
      expect(results[2]?.status).toBe(at.database.dialect === 'sqlite' ? 'fulfilled' : 'rejected');
      await expect(at.database.transaction((tx) => insert(tx, 'b').catch(() => 'hidden')))[
        at.database.dialect === 'sqlite' ? 'resolves' : 'rejects'
      ].toBeTruthy();
      expect(await count(at.database)).toBe(2);
    });

    it('runs what was asked for after the commit, never after a roll-back', async () => {
      await using at = await open();
      const said: string[] = [];
      const run = (id: string, fail: boolean) =>
        at.database.transaction(async (tx) => {
          tx.afterCommit(() => said.push(id));
          await tx.execute('insert into things (id, n) values (?, 1)', [id]);
          if (fail) throw new Error('no');
        });
      await Promise.allSettled([run('a', false), run('b', true), run('c', false)]);
      expect(said).toEqual(['a', 'c']);
    });

    it('refuses nesting and a transaction that is over', async () => {
      await using at = await open();
      let kept: Parameters<Parameters<Database['transaction']>[0]>[0] | undefined;
      await expect(
        at.database.transaction(async (tx) => {
          kept = tx;
          await at.database.transaction(async () => {});
        }),
      ).rejects.toThrow('inside another');
      await expect(async () => await kept?.query('select 1')).rejects.toThrow('after its function');
    });

    it('shows readers only what is committed', async () => {
      await using at = await open();
      await at.database.transaction(async (tx) => {
        await tx.execute('insert into things (id, n) values (?, 1)', ['a']);
        expect(await count(at.database)).toBe(0);
      });
      expect(await count(at.database)).toBe(1);
    });

    it('applies migrations once and refuses a database that knows more', async () => {
      await using at = await open();
      await at.database.migrate(migrations);
      await at.database.migrate([
        ...migrations,
        { id: '0002-more', up: async (tx) => void (await tx.execute('create table more (id text)')) },
      ]);
      await expect(at.database.migrate(migrations)).rejects.toThrow('0002-more');
    });

    it('keeps nothing of a migration that fails', async () => {
      await using at = await open();
      const broken: Migration = {
        id: '0002-broken',
        async up(tx) {
          await tx.execute('create table half (id text)');
          throw new Error('broken');
        },
      };
      await expect(at.database.migrate([...migrations, broken])).rejects.toThrow('broken');
      await expect(at.database.read.query('select * from half')).rejects.toThrow('half');
    });

    it('tells listeners of this process after the commit, until they stop', async () => {
      await using at = await open();
      const heard: string[] = [];
      const stop = at.database.listen('news', (payload) => heard.push(payload));
      await at.database.transaction(async (tx) => at.database.notify(tx, 'news', 'one'));
      await at.database
        .transaction(async (tx) => {
          at.database.notify(tx, 'news', 'never');
          throw new Error('no');
        })
        .catch(() => {});
      stop();
      await at.database.transaction(async (tx) => at.database.notify(tx, 'news', 'two'));
      expect(heard).toEqual(['one']);
    });

    it('says who is alive', async () => {
      await using at = await open();
      const hold = await at.database.hold('me');
      expect(await at.database.isHeld('me')).toBe(true);
      expect(await at.database.isHeld('you')).toBe(false);
      const released = at.database.whenReleased('me', new AbortController().signal);
      const tired = new AbortController();
      const waitedFor = at.database.whenReleased('me', tired.signal);
      tired.abort();
      await waitedFor;
      await hold.release();
      await released;
      expect(await at.database.isHeld('me')).toBe(false);
      await at.database.whenReleased('me', new AbortController().signal);
    });

    it('sorts text by its bytes', async () => {
      await using at = await open();
      const ids = ['b', 'B', 'a', 'ä', 'Z', '_', '-'];
      await at.database.transaction(async (tx) => {
        for (const id of ids) await tx.execute('insert into things (id, n) values (?, 1)', [id]);
      });
      const rows = await at.database.read.query<{ id: string }>('select id from things order by id');
      const expected = ids.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      expect(rows.map(({ id }) => id)).toEqual(expected);
    });

    it('waits for what is under way when it closes, and closes twice', async () => {
      await using at = await open();
      const writing = at.database.transaction((tx) =>
        tx.execute("insert into things (id, n) values ('x', 1)"),
      );
      await at.database.close();
      await expect(writing).resolves.toBe(1);
      await at.database.close();
      await expect(at.database.transaction(async () => {})).rejects.toThrow('closed');
    });

    it('shows one unchanging picture while others go on writing', async () => {
      await using at = await open();
      const put = (id: string) =>
        at.database.transaction((tx) => tx.execute('insert into things (id, n) values (?, 1)', [id]));
      await put('before');
      const pictured = await at.database.snapshot(async (picture) => {
        await put('meanwhile');
        const rows = await picture.query<{ id: string }>('select id from things');
        const typed = await picture
          .tables<{ things: { id: string } }>()
          .selectFrom('things')
          .select('id')
          .where('id', '=', 'meanwhile')
          .execute();
        return { rows, typed };
      });
      expect(pictured).toEqual({ rows: [{ id: 'before' }], typed: [] });
      expect(await count(at.database)).toBe(2);
    });

    it('tells its tables, their columns in order and their keys', async () => {
      await using at = await open();
      await at.database.transaction((tx) =>
        tx.execute('create table pairs (value text, b text not null, a bigint not null, primary key (a, b))'),
      );
      expect(await listTables(at.database.read)).toEqual([
        { name: 'pairs', columns: ['value', 'b', 'a'], key: ['a', 'b'] },
        { name: 'schema_migrations', columns: ['id', 'applied_at'], key: ['id'] },
        { name: 'things', columns: ['id', 'n', 'note'], key: ['id'] },
      ]);
    });

    if (dialect === 'postgres') severalProcesses(newPlace);
  });
}

/** Only where several processes share one database. */
function severalProcesses(newPlace: Parameters<Parameters<typeof describeEachDatabase>[1]>[0]): void {
  it('tells the listeners of other processes', async () => {
    await using place = await newPlace();
    const [one, other] = [await place.open(), await place.open()];
    await one.migrate(migrations);
    const heard = new Promise<string>((resolve) => other.listen('news', resolve));
    await one.transaction(async (tx) => one.notify(tx, 'news', 'hello'));
    expect(await heard).toBe('hello');
  });

  it('sees the holds of other processes end with them', async () => {
    await using place = await newPlace();
    const [one, other] = [await place.open(), await place.open()];
    await one.migrate(migrations);
    const hold = await one.hold('owner');
    expect(await other.isHeld('owner')).toBe(true);
    await hold.release();
    expect(await other.isHeld('owner')).toBe(false);
  });

  it('runs again what another process got in the way of', async () => {
    await using place = await newPlace();
    const [one, other] = [await place.open(), await place.open()];
    await one.migrate(migrations);
    await one.transaction(async (tx) => {
      await tx.execute("insert into things (id, n) values ('a', 0), ('b', 0)");
    });
    const cross = (database: Database, first: string, second: string) =>
      database.transaction(async (tx) => {
        await tx.execute('update things set n = n + 1 where id = ?', [first]);
        await tx.execute('update things set n = n + 1 where id = ?', [second]);
      });
    // Locks taken in opposite orders end in deadlocks, which the loser tries again.
    const work = Array.from({ length: 20 }, () => [cross(one, 'a', 'b'), cross(other, 'b', 'a')]).flat();
    await Promise.all(work);
    const rows = await one.read.query<{ n: number }>('select n from things order by id');
    expect(rows.map(({ n }) => n)).toEqual([40, 40]);
  });

  it('applies migrations once when several start together', async () => {
    await using place = await newPlace();
    const databases = await Promise.all([place.open(), place.open(), place.open()]);
    await Promise.all(databases.map((database) => database.migrate(migrations)));
    expect(await count(databases[0] as Database)).toBe(0);
  });
}
