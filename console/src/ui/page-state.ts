import { useLayoutEffect, useSyncExternalStore } from 'react';

export interface Crumb {
  readonly text: string;
  /** Path below the console's base. */
  readonly to: string;
}

interface PageState {
  readonly title: string;
  readonly crumbs: readonly Crumb[];
}

let current: PageState = { title: 'Pipewright', crumbs: [] };
const listeners = new Set<() => void>();

/** Tells the shell which page stands there: breadcrumbs, the window's title, the announcement. */
export function useAnnouncePage(title: string, crumbs: readonly Crumb[]): void {
  const key = JSON.stringify([title, crumbs]);
  useLayoutEffect(() => {
    const [nextTitle, nextCrumbs] = JSON.parse(key) as [string, Crumb[]];
    current = { title: nextTitle, crumbs: nextCrumbs };
    document.title = `${nextTitle} · Pipewright`;
    for (const listener of listeners) listener();
  }, [key]);
}

export function usePageState(): PageState {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}
