import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/** Says that a file may have grown. */
export interface GrowthWatch {
  /** Counts what was noticed; remember it before reading. */
  seen(): number;
  /** Resolves when more was noticed since, when the slow safety net is due, or when the signal aborts. */
  next(since: number, signal: AbortSignal): Promise<void>;
  close(): void;
}

export interface GrowthWatches {
  /** Shared by everybody who follows the same file, whether it is there already or not; its folder must be. */
  watch(path: string): GrowthWatch;
  /** Wakes those who follow a file written by this process, sooner than the system would. */
  grew(path: string): void;
}

const SAFETY_NET_MS = 5000;
/** Where the system has no watches left. */
const BLIND_MS = 500;

interface Watched {
  count: number;
  users: number;
  blind: boolean;
  readonly waiting: Set<() => void>;
  stop: () => void;
}

export function createGrowthWatches(): GrowthWatches {
  const all = new Map<string, Watched>();
  const wake = (watched: Watched) => {
    watched.count++;
    for (const resolve of watched.waiting) resolve();
  };
  const begin = (path: string): Watched => {
    const watched: Watched = { count: 0, users: 0, blind: false, waiting: new Set(), stop: () => {} };
    watched.stop = follow(
      path,
      () => wake(watched),
      () => {
        watched.blind = true;
      },
    );
    all.set(path, watched);
    return watched;
  };
  return {
    watch(path) {
      const watched = all.get(path) ?? begin(path);
      watched.users++;
      let open = true;
      return {
        seen: () => watched.count,
        next: (since, signal) => waitFor(watched, since, signal),
        close() {
          if (!open) return;
          open = false;
          if (--watched.users > 0) return;
          watched.stop();
          all.delete(path);
        },
      };
    },
    grew(path) {
      const watched = all.get(path);
      if (watched) wake(watched);
    },
  };
}

function waitFor(watched: Watched, since: number, signal: AbortSignal): Promise<void> {
  if (watched.count !== since || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(net);
      watched.waiting.delete(done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const net = setTimeout(done, watched.blind ? BLIND_MS : SAFETY_NET_MS);
    net.unref();
    watched.waiting.add(done);
    signal.addEventListener('abort', done);
  });
}

/** Watches the file, or its folder until the file is there. */
function follow(path: string, grew: () => void, blind: () => void): () => void {
  let watcher: FSWatcher | undefined;
  let stopped = false;
  const stop = () => {
    stopped = true;
    watcher?.close();
  };
  const failed = () => {
    watcher?.close();
    if (!stopped) blind();
  };
  const watchFile = (): boolean => {
    try {
      watcher = watch(path, { persistent: false }, grew).on('error', failed);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') failed();
      return (error as NodeJS.ErrnoException).code !== 'ENOENT';
    }
  };
  const watchFolder = () => {
    try {
      const folder = watch(dirname(path), { persistent: false }, (_, name) => {
        if (name !== basename(path) || stopped) return;
        if (watchFile()) folder.close();
        grew();
      }).on('error', failed);
      watcher = folder;
    } catch {
      failed();
    }
  };
  if (!watchFile()) {
    watchFolder();
    const folder = watcher;
    // It may have come between the two.
    if (watchFile()) folder?.close();
  }
  return stop;
}
