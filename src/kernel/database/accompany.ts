import { AsyncLocalStorage } from 'node:async_hooks';
import type { Database, Tx } from './port.ts';

/**
 * Runs `work`; the first of its transactions that is committed carries `write` as well. For what must be known as soon
 * as the work has had an effect, without a commit of its own. `write` may run more than once and for a transaction
 * that is rolled back.
 */
export type Accompany = <T>(write: (tx: Tx) => Promise<void>, work: () => Promise<T>) => Promise<T>;

interface Companion {
  readonly write: (tx: Tx) => Promise<void>;
  /** Written, or too late. */
  settled: boolean;
}

/** The same database, whose transactions carry what accompanies their caller. */
export function withAccompaniment(database: Database): { database: Database; accompany: Accompany } {
  const companions = new AsyncLocalStorage<Companion>();
  return {
    database: {
      ...database,
      transaction(work) {
        const companion = companions.getStore();
        if (companion === undefined || companion.settled) return database.transaction(work);
        return database.transaction(async (tx) => {
          const value = await work(tx);
          if (companion.settled) return value;
          await companion.write(tx);
          tx.afterCommit(() => {
            companion.settled = true;
          });
          return value;
        });
      },
    },
    async accompany(write, work) {
      const companion: Companion = { write, settled: false };
      try {
        return await companions.run(companion, work);
      } finally {
        companion.settled = true;
      }
    },
  };
}
