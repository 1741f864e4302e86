import type { Database } from '../database/port.ts';
import type { Change, Changes } from './port.ts';

const CHANNEL = 'change';

export function createChanges(database: Database): Changes {
  const subscribers = new Set<(change: Change) => void>();
  database.listen(CHANNEL, (payload) => {
    const change = JSON.parse(payload) as Change;
    for (const receive of subscribers) receive(change);
  });
  const subscribe = (receive: (change: Change) => void) => {
    subscribers.add(receive);
    return () => {
      subscribers.delete(receive);
    };
  };
  return {
    publish: (tx, change) => database.notify(tx, CHANNEL, JSON.stringify(change)),
    subscribe,
    next(matches, signal) {
      if (signal.aborted) return Promise.resolve(false);
      return new Promise((resolve) => {
        const end = (found: boolean) => {
          stop();
          signal.removeEventListener('abort', onAbort);
          resolve(found);
        };
        const onAbort = () => end(false);
        const stop = subscribe((change) => {
          if (matches(change)) end(true);
        });
        signal.addEventListener('abort', onAbort);
      });
    },
  };
}
