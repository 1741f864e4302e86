import { useEffect, useReducer, useState, useSyncExternalStore } from 'react';
import { useLive } from '../../live/live-context.tsx';
import { LogStore } from '../../log/log-store.ts';

interface FollowedLog {
  readonly store: LogStore;
  /** Why there is no log, in words; undefined while all is well. */
  readonly refused: string | undefined;
}

/**
 * Follows a log from its beginning. `attempt` is part of the address: when a log was refused because nothing has
 * been written yet, a new attempt asks again.
 */
export function useLog(group: string, stream: string, attempt: string): FollowedLog {
  const { client } = useLive();
  const [log, setLog] = useState<FollowedLog>(() => ({ store: new LogStore(), refused: undefined }));
  const [asked, setAsked] = useState(attempt);
  if (log.refused !== undefined && asked !== attempt) setAsked(attempt);
  useEffect(() => {
    const store = new LogStore();
    setLog({ store, refused: undefined });
    const stop = client?.followLog(
      { group, stream, offset: 0 },
      {
        lines: (lines) => {
          store.append(lines);
          if (store.cut) stop?.();
        },
        ended: () => store.end(),
        refused: (message) => setLog({ store, refused: message }),
      },
    );
    return stop;
    // `asked` changes only to ask again.
  }, [client, group, stream, asked]);
  return log;
}

/** A log that grows quickly is drawn so often; more nobody reads, and the page stays free for other work. */
const DRAW_MS = 80;

/** Redraws when the log grew: at the next frame, and not again before a while. */
export function useGrowth(store: LogStore): void {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    let frame = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let last = Number.NEGATIVE_INFINITY;
    const draw = (): void => {
      frame = 0;
      last = performance.now();
      redraw();
    };
    const stop = store.subscribe(() => {
      if (frame !== 0 || timer !== undefined) return;
      const ask = (): void => {
        timer = undefined;
        frame = requestAnimationFrame(draw);
      };
      const wait = last + DRAW_MS - performance.now();
      if (wait <= 0) ask();
      else timer = setTimeout(ask, wait);
    });
    redraw();
    return () => {
      stop();
      clearTimeout(timer);
      cancelAnimationFrame(frame);
    };
  }, [store]);
}

/** Whether the log has ended; changes at once, also in a tab that draws nothing. */
export function useEnded(store: LogStore): boolean {
  return useSyncExternalStore(
    (listener) => store.subscribe(listener),
    () => store.ended,
  );
}
