import {
  closeSync,
  existsSync,
  type FSWatcher,
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

export function earlierLog(path: string): string {
  return `${path}.1`;
}

/** Keeps logs of scripts within bounds, also those that daemons left behind by hooks still write. */
export interface LogKeeper {
  /** Looks at once, and whenever something was written. Knows the file already, or it is gone: nothing happens. */
  watch(path: string): void;
  close(): void;
}

export function createLogKeeper(limit = LOG_LIMIT): LogKeeper {
  const watchers = new Map<string, FSWatcher>();
  const looks = new Map<string, NodeJS.Timeout>();
  const forget = (path: string) => {
    watchers.get(path)?.close();
    watchers.delete(path);
    clearTimeout(looks.get(path));
    looks.delete(path);
  };
  return {
    watch(path) {
      if (watchers.has(path) || !existsSync(path)) return;
      turnOver(path, limit);
      const watcher = watch(path, { persistent: false }, () => {
        if (looks.has(path)) return;
        const look = () => {
          looks.delete(path);
          if (existsSync(path)) turnOver(path, limit);
          else forget(path);
        };
        looks.set(path, setTimeout(look, LOOK_MS).unref());
      });
      watcher.on('error', () => forget(path));
      watchers.set(path, watcher);
    },
    close() {
      for (const path of [...watchers.keys()]) forget(path);
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
