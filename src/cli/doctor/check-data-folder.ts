import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Check } from './checks.ts';

const ENOUGH_BYTES = 1e9;

/**
 * Whether the folder can be written (or made), what is free, and how long one fsync takes: the floor of every commit.
 * A folder that is not there is not made.
 */
export async function checkDataFolder(dataDir: string): Promise<Check> {
  const name = 'data folder';
  const place = nearest(dataDir);
  try {
    accessSync(place, constants.W_OK);
    const { bavail, bsize } = statfsSync(place);
    const free = bavail * bsize;
    const state = place === dataDir ? `fsync ${(await fsyncTime(dataDir)).toFixed(1)} ms` : 'not made yet';
    const found = `${dataDir}: ${(free / 1e9).toFixed(1)} GB free, ${state}`;
    return free < ENOUGH_BYTES
      ? { name, state: 'missing', found, advice: 'make room: less than 1 GB is free' }
      : { name, state: 'ok', found };
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    return { name, state: 'missing', found, advice: 'choose a folder you may write with --data' };
  }
}

/** The folder itself, or the first one above it that is there. */
function nearest(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearest(dirname(path));
}

async function fsyncTime(dir: string): Promise<number> {
  const path = join(dir, `.doctor-${process.pid}`);
  const file = await open(path, 'w', 0o600);
  const times: number[] = [];
  try {
    for (let n = 0; n < 9; n++) {
      await file.write(Buffer.alloc(4096), 0, 4096, 0);
      const start = performance.now();
      await file.datasync();
      times.push(performance.now() - start);
    }
  } finally {
    await file.close();
    await rm(path);
  }
  return times.toSorted((a, b) => a - b)[4] ?? 0;
}
