/** One piece of work at a time for each repository: whatever moves its refs or files. */
export interface RepositoryLocks {
  hold<T>(repositoryId: string, work: () => Promise<T>): Promise<T>;
  /** Resolves when nothing is held. */
  idle(): Promise<void>;
}

export function createRepositoryLocks(): RepositoryLocks {
  const tails = new Map<string, Promise<unknown>>();
  return {
    async idle() {
      while (tails.size > 0) await Promise.all(tails.values());
    },
    async hold(repositoryId, work) {
      const before = tails.get(repositoryId) ?? Promise.resolve();
      const mine = before.then(work, work);
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
