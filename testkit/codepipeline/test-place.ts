import type { Tx } from '../../src/kernel/database/port.ts';
import { ApiError } from '../../src/kernel/errors.ts';
import type { Room } from '../../src/kernel/room.ts';
import type { Job, PlaceRef, SharedPlace } from '../../src/services/codepipeline/index.ts';
import { TEST_SCOPE } from '../support/test-context.ts';
import type { TestKernel } from '../support/test-kernel.ts';

/** Places where one may work at a time, in rows, as a deployment group keeps its active deployment. */
export interface TestPlaces {
  readonly room: Room;
  readonly shared: SharedPlace;
  /** As the provider's `start`: refuses when somebody else has the place. */
  begin(job: Job): Promise<void>;
  take(place: string, holder: string): Promise<void>;
  /** True when that holder had it. */
  free(place: string, holder: string): Promise<boolean>;
}

export function testPlaces(kernel: TestKernel, takenFromTheBeginning: readonly string[] = []): TestPlaces {
  const { database } = kernel;
  const listeners: Parameters<SharedPlace['onFreed']>[0][] = [];
  const take: TestPlaces['take'] = async (place, holder) => {
    await database.transaction(async (tx) => {
      const now = await holderOf(tx, place);
      const begun = await tx.query('select 1 from test_place_work where place = ? and holder = ?', [
        place,
        holder,
      ]);
      // Begun before, and perhaps over by now: a start that is repeated starts nothing.
      if (begun.length > 0) return;
      if (now !== '') throw new ApiError('PlaceTakenException', `${now} has ${place}`);
      await tx.execute('update test_places set holder = ? where place = ?', [holder, place]);
      await tx.execute('insert into test_place_work (place, holder) values (?, ?)', [place, holder]);
    });
  };
  return {
    room: {
      name: 'test-places',
      migrations: [
        {
          id: '9902-test-places',
          async up(tx) {
            await tx.execute(
              'create table test_places (place text not null primary key, holder text not null)',
            );
            await tx.execute(
              'create table test_place_work (place text not null, holder text not null, primary key (place, holder))',
            );
            for (const place of takenFromTheBeginning) {
              await tx.execute("insert into test_places (place, holder) values (?, 'somebody')", [place]);
            }
          },
        },
      ],
      aggregates: [],
      tasks: [],
    },
    shared: {
      async of({ scope, configuration }) {
        const place = configuration['Place'];
        return place === undefined ? undefined : { scope, id: place };
      },
      isTaken: (error) => error instanceof ApiError && error.code === 'PlaceTakenException',
      async look(tx, { id }: PlaceRef) {
        const holder = await holderOf(tx, id);
        if (holder === '') return { free: true, text: id };
        return { free: false, text: `${id}: ${holder} is at work`, url: `https://places/${holder}` };
      },
      onFreed: (listener) => void listeners.push(listener),
    },
    take,
    begin: async (job) => {
      const place = job.configuration['Place'];
      if (place !== undefined) await take(place, job.key);
    },
    free: (place, holder) =>
      database.transaction(async (tx) => {
        const freed = await tx.execute("update test_places set holder = '' where place = ? and holder = ?", [
          place,
          holder,
        ]);
        for (const listener of listeners) await listener(tx, { scope: TEST_SCOPE, id: place });
        return freed > 0;
      }),
  };
}

/** Empty when nobody is at work there. Locks the place, as a deployment group is locked. */
async function holderOf(tx: Tx, place: string): Promise<string> {
  await tx.execute("insert into test_places (place, holder) values (?, '') on conflict (place) do nothing", [
    place,
  ]);
  const lock = tx.dialect === 'postgres' ? ' for update' : '';
  const [row] = await tx.query<{ holder: string }>(`select holder from test_places where place = ?${lock}`, [
    place,
  ]);
  return row?.holder ?? '';
}
