import type { Query, QueryClient } from '@tanstack/react-query';
import type { LiveChange } from './protocol.ts';
import { type Watch, watches } from './watch.ts';

declare module '@tanstack/react-query' {
  interface Register {
    queryMeta: { readonly watch?: readonly Watch[] };
  }
}

/**
 * Makes queries read again when what they watch changes. A query that is being read when the change comes is read
 * once more afterwards: stopping it would starve a busy page, ignoring the change would leave it stale.
 */
export class Refresher {
  readonly #client: QueryClient;
  readonly #again = new Set<string>();

  constructor(client: QueryClient) {
    this.#client = client;
    client.getQueryCache().subscribe((event) => {
      if (event.type !== 'updated') return;
      if (event.action.type !== 'success' && event.action.type !== 'error') return;
      // After the cache has settled the query; within the notification it still counts as being read.
      if (this.#again.delete(event.query.queryHash)) queueMicrotask(() => this.#refresh(event.query));
    });
  }

  changed(changes: readonly LiveChange[]): void {
    for (const query of this.#client.getQueryCache().getAll()) {
      const watched = query.meta?.watch;
      if (watched?.some((watch) => changes.some((change) => watches(watch, change)))) this.#refresh(query);
    }
  }

  everything(): void {
    for (const query of this.#client.getQueryCache().getAll()) this.#refresh(query);
  }

  #refresh(query: Query): void {
    if (query.state.fetchStatus === 'fetching') {
      this.#again.add(query.queryHash);
      return;
    }
    void this.#client.invalidateQueries({ queryKey: query.queryKey, exact: true }, { cancelRefetch: false });
  }
}
