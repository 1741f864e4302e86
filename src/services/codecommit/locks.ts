import type { Database } from '../../kernel/database/port.ts';

/** One piece of work at a time for each repository, in all processes: whatever moves its refs or files. */
export interface RepositoryLocks {
  hold<T>(repositoryId: string, work: () => Promise<T>): Promise<T>;
  /** Resolves when nothing is held. */
  idle(): Promise<void>;
}

/** Each lock among processes costs a connection. */
const MAX_SHARED = 8;

/** Those of this process wait for one another here; where several can be, the first of them waits in the database. */
export function createRepositoryLocks(database: Pick<Database, 'dialect' | 'hold'>): RepositoryLocks {
  const tails = new Map<string, Promise<unknown>>();
  const free = createSlots(MAX_SHARED);
  const amongProcesses = async <T>(repositoryId: string, work: () => Promise<T>): Promise<T> => {
    if (database.dialect === 'sqlite') return work();
    return free(async () => {
      const hold = await database.hold(`codecommit/${repositoryId}`);
      try {
        return await work();
      } finally {
        await hold.release();
      }
    });
  };
  return {
    async idle() {
      while (tails.size > 0) await Promise.all(tails.values());
    },
    async hold(repositoryId, work) {
      const before = tails.get(repositoryId) ?? Promise.resolve();
      const mine = before.then(
        () => amongProcesses(repositoryId, work),
        () => amongProcesses(repositoryId, work),
      );
      const tail = mine.catch(() => {});
      tails.set(repositoryId, tail);
      try {
        return await mine;
      } finally {
        if (tails.get(repositoryId) === tail) tails.delete(repositoryId);
      }
    },
  };
}

/** Lets so many run at once, the others in their order. */
function createSlots(count: number): <T>(work: () => Promise<T>) => Promise<T> {
  let left = count;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (left > 0) left--;
    else await new Promise<void>((resolve) => void waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else left++;
    }
  };
}
