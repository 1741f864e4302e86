import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  watch,
  writeSync,
} from 'node:fs';

/** A log larger than this is turned over; what it held before stays beside it once. */
export const LOG_LIMIT = 8 * 2 ** 20;
/** Real milliseconds from the first sign of writing to a look at the size. */
const LOOK_MS = 250;
/** Real milliseconds between looks where nothing tells of writing. */
const SLOW_LOOK_MS = 2_000;

export function earlierLog(path: string): string {
  return `${path}.1`;
}

/** Keeps logs of scripts within bounds, also those that daemons left behind by hooks still write. */
export interface LogKeeper {
  /** Looks at once, and whenever something was written. Knows the file already, or it is gone: nothing happens. */
  watch(path: string): void;
  close(): void;
}

export function createLogKeeper(limit = LOG_LIMIT, follow: typeof watch = watch): LogKeeper {
  const stops = new Map<string, () => void>();
  const looks = new Map<string, NodeJS.Timeout>();
  const forget = (path: string) => {
    stops.get(path)?.();
    stops.delete(path);
    clearTimeout(looks.get(path));
    looks.delete(path);
  };
  const look = (path: string) => {
    looks.delete(path);
    if (existsSync(path)) turnOver(path, limit);
    else forget(path);
  };
  const written = (path: string) => {
    if (!looks.has(path)) looks.set(path, setTimeout(() => look(path), LOOK_MS).unref());
  };
  /** A system that is out of watches is no reason to fill its disk. */
  const lookNowAndThen = (path: string) => {
    const interval = setInterval(() => look(path), SLOW_LOOK_MS).unref();
    stops.set(path, () => clearInterval(interval));
  };
  return {
    watch(path) {
      if (stops.has(path) || !existsSync(path)) return;
      turnOver(path, limit);
      try {
        const watcher = follow(path, { persistent: false }, () => written(path));
        stops.set(path, () => watcher.close());
        watcher.on('error', () => {
          watcher.close();
          lookNowAndThen(path);
        });
      } catch {
        lookNowAndThen(path);
      }
    },
    close() {
      for (const path of [...stops.keys()]) forget(path);
    },
  };
}

/**
 * Whoever writes the file holds it open for appending, so that it cannot be renamed away: it is copied and emptied, and
 * the writer goes on at the new end. Lines that come between the two are lost; the disk is not.
 */
function turnOver(path: string, limit: number): void {
  const file = openSync(path, 'r+');
  try {
    if (fstatSync(file).size <= limit) return;
    const part = `${earlierLog(path)}.new`;
    copyTail(file, part, limit);
    renameSync(part, earlierLog(path));
    ftruncateSync(file, 0);
  } finally {
    closeSync(file);
  }
}

const CHUNK_BYTES = 256 * 1024;

/** The last `limit` bytes: a writer in a hurry may have gone far beyond. */
function copyTail(from: number, to: string, limit: number): void {
  const target = openSync(to, 'w', 0o600);
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    const { size } = fstatSync(from);
    for (let at = Math.max(0, size - limit); at < size; ) {
      const read = readSync(from, chunk, 0, Math.min(chunk.length, size - at), at);
      if (read === 0) break;
      writeSync(target, chunk, 0, read);
      at += read;
    }
  } finally {
    closeSync(target);
  }
}
