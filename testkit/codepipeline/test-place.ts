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
      await tx.execute(
        'insert into test_places (place, holder) values (?, ?) on conflict (place) do nothing',
        [place, holder],
      );
      const [row] = await tx.query<{ holder: string }>('select holder from test_places where place = ?', [
        place,
      ]);
      if (row?.holder !== holder) throw new ApiError('PlaceTakenException', `${row?.holder} has ${place}`);
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
        const lock = tx.dialect === 'postgres' ? ' for update' : '';
        const rows = await tx.query<{ holder: string }>(
          `select holder from test_places where place = ?${lock}`,
          [id],
        );
        const [row] = rows;
        return row
          ? { free: false, text: `${id}: ${row.holder} is at work`, url: `https://places/${row.holder}` }
          : { free: true, text: id };
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
        const freed = await tx.execute('delete from test_places where place = ? and holder = ?', [
          place,
          holder,
        ]);
        for (const listener of listeners) await listener(tx, { scope: TEST_SCOPE, id: place });
        return freed > 0;
      }),
  };
}
