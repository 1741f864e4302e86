import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const FIRST_PAUSE_MS = 1000;
const SHORTEST_PAUSE_MS = 2000;
/** Of the time one look takes, so that looking stays below five percent. */
const PAUSE_FACTOR = 20;

/** Resolves when the folder takes more than `limit` bytes; looks at it now and then until the signal aborts. */
export async function outgrown(folder: string, limit: number, signal: AbortSignal): Promise<boolean> {
  let pause = FIRST_PAUSE_MS;
  for (;;) {
    try {
      await delay(pause, undefined, { signal, ref: false });
    } catch {
      return false;
    }
    const begin = performance.now();
    if ((await folderBytes(folder, limit, signal)) > limit) return true;
    pause = Math.max(SHORTEST_PAUSE_MS, (performance.now() - begin) * PAUSE_FACTOR);
  }
}

/** Bytes on the disk below a folder; stops counting beyond `limit`. A file with several names counts in parts. */
export async function folderBytes(folder: string, limit: number, signal: AbortSignal): Promise<number> {
  let bytes = 0;
  const folders = [folder];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    // What vanishes while it is looked at takes no room.
    const entries = await opendir(next).catch(() => undefined);
    if (!entries) continue;
    for await (const entry of entries) {
      const path = join(next, entry.name);
      if (entry.isDirectory()) folders.push(path);
      const stat = await lstat(path).catch(() => undefined);
      if (stat) bytes += (stat.blocks * 512) / (stat.isDirectory() ? 1 : stat.nlink);
      if (bytes > limit || signal.aborted) {
        return bytes;
      }
    }
  }
  return bytes;
}
