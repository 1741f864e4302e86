import { useSyncExternalStore } from 'react';

const narrow = matchMedia('(max-width: 688px)');

/** Whether the window is as narrow as a telephone. */
export function useNarrow(): boolean {
  return useSyncExternalStore(
    (listener) => {
      narrow.addEventListener('change', listener);
      return () => narrow.removeEventListener('change', listener);
    },
    () => narrow.matches,
  );
}

export const isNarrow = (): boolean => narrow.matches;
