import { useEffect, useMemo, useReducer, useState } from 'react';
import { LogSearch } from '../../log/log-search.ts';
import type { LogStore } from '../../log/log-store.ts';

const SLICE_MS = 8;

export interface Search {
  readonly search: LogSearch | undefined;
  /** Index of the match that one stands on; -1 before the first. */
  readonly current: number;
  readonly choose: (index: number) => void;
}

/** Searches in slices of a frame, and goes on as the log grows. */
export function useSearch(store: LogStore, text: string, caseSensitive: boolean): Search {
  const search = useMemo(
    () => (text === '' ? undefined : new LogSearch(store, { text, caseSensitive })),
    [store, text, caseSensitive],
  );
  const [chosen, setChosen] = useState({ search, index: -1 });
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    if (search === undefined) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const work = (): void => {
      timer = undefined;
      const end = performance.now() + SLICE_MS;
      search.advance(() => performance.now() < end);
      redraw();
      if (!search.complete) timer = setTimeout(work);
    };
    const stop = store.subscribe(() => (timer ??= setTimeout(work)));
    work();
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [search, store]);
  return {
    search,
    current: chosen.search === search ? chosen.index : -1,
    choose: (index) => setChosen({ search, index }),
  };
}
