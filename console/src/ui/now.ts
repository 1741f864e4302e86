import { useCallback, useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** The time, moving in steps. One timer serves the page; a component redraws only when its own step is over. */
export function useNow(stepMs: number): number {
  return useSyncExternalStore(
    subscribe,
    useCallback(() => Math.floor(Date.now() / stepMs) * stepMs, [stepMs]),
  );
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    for (const each of listeners) each();
  }, 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}
